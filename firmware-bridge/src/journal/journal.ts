import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PROTOCOL_VERSION, type MachineEvent, type MachineEventBody } from '#machine-protocol/messages.js';

import type { Clock } from '../clock.js';
import { foldAdmission, foldEvent, type GrantKey, type Ledger } from '../session/ledger.js';
import { systemDisk, type Disk } from './disk.js';
import { formatRecord, type Head, type JournalRecord } from './records.js';
import { replay, type Replay } from './replay.js';

/** From this many events that nobody acknowledged on, the machine takes no new grant (invariant S7: at least 10,000). */
export const EVENTS_MAX = 10_000;

/** Room to finish what had begun when the journal became full: the longest session reports 2,003 events. */
const RESERVE = 3_000;

/** The file is written anew when this much of it has been acknowledged: some hundred purchases. */
const DEAD_BYTES_MAX = 262_144;

export class JournalError extends Error {
  override readonly name = 'JournalError';
  constructor(
    readonly code: 'OTHER_MACHINE' | 'UNREADABLE' | 'FULL' | 'WRITE_FAILED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface JournalOptions {
  readonly dir: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly clock: Pick<Clock, 'wallTime'>;
  readonly deadBytesMax?: number;
  readonly disk?: Disk;
}

interface Entry {
  readonly event: MachineEvent;
  readonly bytes: number;
}

/**
 * The bridge's memory: what happened, numbered without a gap and kept until the gateway has it, and which grant is
 * open. One file, only ever appended to; each line is on the disk before the call returns, so that whatever is done
 * next was written down first. The calls block: an fdatasync of one line is short, and there is nothing that may go on
 * meanwhile.
 */
export class Journal {
  readonly journalId: string;
  private entries: Entry[] = [];
  private state: { lastSeq: number; ledger: Ledger };
  private fd = -1;
  private fileBytes = 0;
  private liveBytes = 0;
  private broken = false;
  /** The end of the file may still be lost: an acknowledgement was written and not synced. */
  private loose = false;
  private readonly disk: Disk;

  /** @throws JournalError OTHER_MACHINE when the folder holds another machine's journal; UNREADABLE; WRITE_FAILED */
  static open(options: JournalOptions): { readonly journal: Journal; readonly damage?: string } {
    const path = join(options.dir, 'journal');
    const found = readOrCreate(options.dir, path);
    const past = replay(found);
    const machineId = past.identity?.machineId ?? options.machineId;
    if (machineId !== options.machineId) {
      throw new JournalError('OTHER_MACHINE', `the journal in ${options.dir} belongs to machine ${machineId}`);
    }
    const journal = new Journal(path, options, past);
    if (isSound(past)) {
      journal.guarded(() => journal.continueFile(past.soundBytes));
      return { journal };
    }
    // Kept for a person to look at; only the latest, as a disk that lies does it again.
    if (found.length > 0) copyFileSync(path, `${path}.damaged`);
    journal.guarded(() => journal.rewrite());
    return found.length > 0 ? { journal, damage: 'lines of the journal could not be read' } : { journal };
  }

  private constructor(
    private readonly path: string,
    private readonly options: JournalOptions,
    past: Replay,
  ) {
    this.disk = options.disk ?? systemDisk;
    const sound = isSound(past);
    // With lines missing the old numbers promise what is not there: what is left gets new ones under a new name.
    this.journalId = sound ? past.identity.journalId : randomUUID();
    const events = past.unacknowledged.map((event, index) =>
      sound ? event : { ...event, journalId: this.journalId, seq: index + 1 },
    );
    this.state = { lastSeq: sound ? past.lastSeq : events.length, ledger: past.ledger };
    this.entries = events.map((event) => entryOf(event));
    this.liveBytes = this.entries.reduce((total, { bytes }) => total + bytes, 0);
  }

  get ledger(): Ledger {
    return this.state.ledger;
  }

  get lastSeq(): number {
    return this.state.lastSeq;
  }

  /** The number before the first event that is not acknowledged. */
  get acknowledgedUpTo(): number {
    return this.state.lastSeq - this.entries.length;
  }

  get unacknowledged(): number {
    return this.entries.length;
  }

  /** A new grant could not be reported any more. */
  get full(): boolean {
    return this.entries.length >= EVENTS_MAX;
  }

  /** A write failed; nothing more may happen until the bridge was started again. */
  get failed(): boolean {
    return this.broken;
  }

  event(seq: number): MachineEvent | undefined {
    return this.entries[seq - this.acknowledgedUpTo - 1]?.event;
  }

  /** Is this very body on its way to the gateway, not acknowledged yet? */
  holds(body: MachineEventBody): boolean {
    const text = JSON.stringify(body);
    return this.entries.some(({ event }) => event.body.type === body.type && JSON.stringify(event.body) === text);
  }

  /** @throws JournalError */
  admit(key: GrantKey): void {
    this.append({ kind: 'admission', purchaseId: key.purchaseId, grantNumber: key.grantNumber });
    this.state.ledger = foldAdmission(this.state.ledger, key);
  }

  /**
   * Numbers the event and writes it down.
   *
   * @param limit without one for what a boot finds: three events at most that end what was begun, and a bridge that cannot start over
   * it would never empty its journal
   * @throws JournalError
   */
  record(body: MachineEventBody, limit = EVENTS_MAX + RESERVE): MachineEvent {
    if (this.entries.length >= limit) throw new JournalError('FULL', 'the journal is full');
    const event: MachineEvent = {
      v: PROTOCOL_VERSION,
      machineId: this.options.machineId,
      journalId: this.journalId,
      bootId: this.options.bootId,
      seq: this.state.lastSeq + 1,
      at: this.options.clock.wallTime().toISOString(),
      body,
    };
    const bytes = this.append({ kind: 'event', event });
    this.state = { lastSeq: event.seq, ledger: foldEvent(this.state.ledger, body) };
    this.entries.push({ event, bytes });
    this.liveBytes += bytes;
    return event;
  }

  /** Forgets what the gateway has. A number that was acknowledged before, or was never given, changes nothing. */
  acknowledge(upTo: number): void {
    const count = upTo - this.acknowledgedUpTo;
    if (count <= 0 || upTo > this.state.lastSeq || this.broken) return;
    for (const { bytes } of this.entries.splice(0, count)) this.liveBytes -= bytes;
    // Not synced: an acknowledgement that is lost is given again.
    this.append({ kind: 'ack', upTo }, { sync: false });
    if (this.fileBytes - this.liveBytes > (this.options.deadBytesMax ?? DEAD_BYTES_MAX))
      this.guarded(() => this.rewrite());
  }

  close(): void {
    if (this.fd !== -1) this.disk.close(this.fd);
    this.fd = -1;
    this.broken = true;
  }

  private append(record: JournalRecord, { sync } = { sync: true }): number {
    const line = Buffer.from(formatRecord(record));
    this.guarded(() => {
      // A disk may keep the later of two lines and lose the earlier one, which would look like damage.
      if (this.loose) this.disk.sync(this.fd);
      this.disk.append(this.fd, line);
      if (sync) this.disk.sync(this.fd);
      this.loose = !sync;
    });
    this.fileBytes += line.length;
    return line.length;
  }

  /** After a failed write the file's tail is unknown: nothing may be appended behind it. */
  private guarded(write: () => void): void {
    if (this.broken) throw new JournalError('WRITE_FAILED', 'the journal is closed');
    try {
      write();
    } catch (error) {
      this.broken = true;
      throw new JournalError('WRITE_FAILED', `cannot write ${this.path}`, { cause: error });
    }
  }

  private continueFile(soundBytes: number): void {
    this.fd = this.disk.open(this.path, 'as it is');
    this.disk.truncate(this.fd, soundBytes);
    this.disk.sync(this.fd);
    this.fileBytes = soundBytes;
  }

  /** A new file with a head and what is not acknowledged, put in the old one's place in one step. */
  private rewrite(): void {
    const head: Head = {
      kind: 'head',
      v: 1,
      machineId: this.options.machineId,
      journalId: this.journalId,
      lastSeq: this.acknowledgedUpTo,
      ledger: this.state.ledger,
      ledgerSeq: this.state.lastSeq,
    };
    const records: JournalRecord[] = [
      head,
      ...this.entries.map(({ event }): JournalRecord => ({ kind: 'event', event })),
    ];
    const bytes = Buffer.from(records.map(formatRecord).join(''));
    const draft = `${this.path}.new`;
    const fd = this.disk.open(draft, 'empty');
    this.disk.append(fd, bytes);
    this.disk.sync(fd);
    this.disk.rename(draft, this.path);
    this.disk.syncFolder(this.options.dir);
    if (this.fd !== -1) this.disk.close(this.fd);
    this.fd = fd;
    this.loose = false;
    this.fileBytes = bytes.length;
  }
}

function isSound(past: Replay): past is Replay & { readonly identity: NonNullable<Replay['identity']> } {
  return past.identity !== undefined && past.brokenLines === 0;
}

function readOrCreate(dir: string, path: string): Buffer {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  } catch (error) {
    throw new JournalError('UNREADABLE', `cannot read ${path}`, { cause: error });
  }
}

function entryOf(event: MachineEvent): Entry {
  return { event, bytes: Buffer.byteLength(formatRecord({ kind: 'event', event })) };
}
