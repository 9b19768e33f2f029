import { createHash } from 'node:crypto';

import type { Database } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { isCurrency } from '#purchase/money.js';

import { auditCaseOf } from './audit-case.js';
import { type KeptFile, type Machine, type Pair, AuditFileStore } from './audit-file-store.js';
import { AuditLedger, VENDS_MAX } from './audit-ledger.js';
import { AuditRefusalError } from './audit-refusal-error.js';
import { requireOwnFile } from './belongs-to.js';
import { compareAuditFiles, uncompared } from './compare-audit-files.js';
import type { Comparison, Reading } from './comparison.js';
import { readAuditFile } from './read-audit-file.js';
import { readingTimeOf } from './reading-time.js';
import { segmentsOf } from './segments.js';

/** Pairs compared at one look; each reads two files and the sales between them. */
const PAIRS_AT_ONCE = 20;

export interface AuditFilesOptions {
  readonly database: Database;
  readonly ids: Ids;
  readonly clock: { now(): number };
  readonly onCase?: (reason: string) => void;
}

/** What comes with a file. */
export interface Upload {
  readonly by: string;
  /** When the machine was read, where the operator says it; milliseconds since 1970. */
  readonly readAt?: number | undefined;
  /** Which of the machine's cashless readers is ours: 1 is DA, 2 is DB. Said once, it stays so for later files. */
  readonly reader?: 1 | 2 | undefined;
  /** The machine's new serial number. */
  readonly serial?: string | undefined;
}

/** Keeps the audit files of machines, and compares each with the one before. */
export class AuditFiles {
  private readonly store: AuditFileStore;
  private readonly ledger: AuditLedger;

  constructor(private readonly options: AuditFilesOptions) {
    this.store = new AuditFileStore(options.database);
    this.ledger = new AuditLedger(options.database);
  }

  /**
   * Keeps a file, whole. The same file of a machine is one, however often it comes; a file that is refused leaves nothing.
   *
   * @throws AuditFileError what is wrong with the file; AuditRefusalError why it is not this machine's.
   */
  async take(machineId: string, bytes: Uint8Array, upload: Upload): Promise<{ id: string; isNew: boolean }> {
    const machine = await this.store.machine(machineId);
    if (machine === null) throw new AuditRefusalError('NO_SUCH_MACHINE', `there is no machine ${machineId}`);
    const { report } = readAuditFile(bytes);
    const sha256 = createHash('sha256').update(bytes).digest();
    const knownId = await this.store.known(machineId, sha256);
    if (knownId !== null) return { id: knownId, isNew: false };
    const now = this.options.clock.now();
    if (upload.readAt !== undefined && upload.readAt > now) {
      throw new AuditRefusalError('READ_IN_THE_FUTURE', 'the machine cannot have been read later than now');
    }
    const [last, otherOwner] = await Promise.all([
      this.store.last(machineId),
      this.store.otherOwner(machineId, report.machine, sha256),
    ]);
    requireOwnFile(report, segmentsOf(bytes), { ...machine, serial: last.serial, otherOwner }, upload.serial ?? null);
    const kept = await this.store.add({
      id: this.options.ids.uuid(),
      machineId,
      sha256,
      content: bytes,
      time: readingTimeOf(report, upload.readAt ?? null, machine.timeZone, now),
      uploadedAt: now,
      uploadedBy: upload.by,
      reader: upload.reader ?? last.reader,
      report,
    });
    for (const pair of await this.store.pairsOf(kept.id)) await this.compare(pair);
    return kept;
  }

  /** Compares what waited for a purchase to end, or for a server that stopped. @returns how many it could. */
  async compareWaiting(): Promise<number> {
    let compared = 0;
    for (const pair of await this.store.waiting(PAIRS_AT_ONCE)) {
      if (await this.compare(pair)) compared += 1;
    }
    return compared;
  }

  /** @returns false when it has to wait. */
  private async compare(pair: Pair): Promise<boolean> {
    const [before, after] = await Promise.all([this.store.kept(pair.beforeId), this.store.kept(pair.afterId)]);
    const machine = after === null ? null : await this.store.machine(after.machineId);
    if (before === null || after === null || machine === null) return false;
    const comparison = await this.comparisonOf(before, after, machine);
    if (comparison === 'under-way') return false;
    const words = auditCaseOf(comparison, {
      before: shown(before.readAt, machine.timeZone),
      after: shown(after.readAt, machine.timeZone),
    });
    const opened = words === null ? null : { ...words, id: this.options.ids.uuid() };
    const reason = await this.store.save(pair, machine, comparison, opened, this.options.clock.now());
    if (reason !== null) this.options.onCase?.(reason);
    return true;
  }

  private async comparisonOf(before: KeptFile, after: KeptFile, machine: Machine): Promise<Comparison | 'under-way'> {
    if (!isCurrency(machine.currency)) return uncompared(`amounts in ${machine.currency} are not known here`);
    const sales = await this.ledger.between(machine.id, before.from, after.until);
    if (sales === 'under-way') return sales;
    if (sales === 'too-many') return uncompared(`more than ${VENDS_MAX} sales lie between the two files`);
    return compareAuditFiles(readingOf(before), readingOf(after), sales, machine.currency, after.reader);
  }
}

function readingOf({ content, from, until }: KeptFile): Reading {
  return { report: readAuditFile(content).report, from, until };
}

/** "2026-11-21 14:05", where the machine stands. */
function shown(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
}
