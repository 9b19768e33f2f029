import type { Journal } from '#bridge/journal/journal.js';
import { type JournalRecord, formatRecord } from '#bridge/journal/records.js';
import { replay } from '#bridge/journal/replay.js';
import { EMPTY_LEDGER, type GrantKey, type Ledger, foldAdmission, foldEvent } from '#bridge/session/ledger.js';
import { type MachineEvent, type MachineEventBody, PROTOCOL_VERSION } from '#machine-protocol/messages.js';

/** Thrown in the middle of whatever the bridge was doing: nothing after it happens. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/** What of the journal the bridge uses. */
export type BridgeJournal = Pick<
  Journal,
  | 'journalId'
  | 'ledger'
  | 'lastSeq'
  | 'acknowledgedUpTo'
  | 'unacknowledged'
  | 'full'
  | 'event'
  | 'holds'
  | 'admit'
  | 'record'
  | 'acknowledge'
>;

/** When the power goes: after the line is on the disk, before, or in the middle of it. */
export type CutInWriting = 'after' | 'before' | 'torn' | null;

/** What the machine does to its own records. */
export interface Pen {
  wallTime(): Date;
  cutInWriting(): CutInWriting;
  /** What is written in place of this; an honest machine writes this. */
  wording(body: MachineEventBody): readonly MachineEventBody[];
}

/**
 * The bridge's journal on a disk of the simulation: the same records, the same text on the disk and the same replay as
 * the real one, without the file.
 */
export class SimJournal implements BridgeJournal {
  private readonly lines: JournalRecord[] = [];
  private entries: MachineEvent[] = [];
  private tornLine = '';
  lastSeq = 0;
  ledger: Ledger = EMPTY_LEDGER;

  constructor(
    private readonly machineId: string,
    readonly journalId: string,
    private readonly bootId: string,
    private readonly pen: Pen,
  ) {
    this.lines.push({
      kind: 'head',
      v: 1,
      machineId,
      journalId,
      lastSeq: 0,
      ledger: EMPTY_LEDGER,
      ledgerSeq: 0,
    });
  }

  /** The next boot reads what the last one left on the disk. @param lostAcks the last unsynced lines may be missing */
  reopened(bootId: string, losesAcks: boolean): SimJournal {
    const kept = [...this.lines];
    while (losesAcks && kept.at(-1)?.kind === 'ack') kept.pop();
    const past = replay(Buffer.from(kept.map(formatRecord).join('') + this.tornLine));
    if (past.identity === undefined || past.brokenLines > 0) throw new Error('the journal cannot read its own records');
    const journal = new SimJournal(this.machineId, this.journalId, bootId, this.pen);
    journal.entries = [...past.unacknowledged];
    journal.lastSeq = past.lastSeq;
    journal.ledger = past.ledger;
    journal.lines.length = 0;
    journal.lines.push(
      {
        kind: 'head',
        v: 1,
        machineId: this.machineId,
        journalId: this.journalId,
        lastSeq: journal.acknowledgedUpTo,
        ledger: past.ledger,
        ledgerSeq: past.lastSeq,
      },
      ...journal.entries.map((event): JournalRecord => ({ kind: 'event', event })),
    );
    return journal;
  }

  get acknowledgedUpTo(): number {
    return this.lastSeq - this.entries.length;
  }

  get unacknowledged(): number {
    return this.entries.length;
  }

  get full(): boolean {
    return false;
  }

  event(seq: number): MachineEvent | undefined {
    return this.entries[seq - this.acknowledgedUpTo - 1];
  }

  holds(body: MachineEventBody): boolean {
    const text = JSON.stringify(body);
    return this.entries.some((event) => event.body.type === body.type && JSON.stringify(event.body) === text);
  }

  admit(key: GrantKey): void {
    this.append({ kind: 'admission', purchaseId: key.purchaseId, grantNumber: key.grantNumber });
    this.ledger = foldAdmission(this.ledger, key);
  }

  record(body: MachineEventBody): MachineEvent {
    const events = this.pen.wording(body).map((words) => this.write(words));
    const last = events.at(-1);
    if (last === undefined) throw new Error('a machine that writes nothing down');
    return last;
  }

  private write(body: MachineEventBody): MachineEvent {
    const event: MachineEvent = {
      v: PROTOCOL_VERSION,
      machineId: this.machineId,
      journalId: this.journalId,
      bootId: this.bootId,
      seq: this.lastSeq + 1,
      at: this.pen.wallTime().toISOString(),
      body,
    };
    this.append({ kind: 'event', event });
    this.lastSeq = event.seq;
    this.ledger = foldEvent(this.ledger, body);
    this.entries.push(event);
    return event;
  }

  acknowledge(upTo: number): void {
    const count = upTo - this.acknowledgedUpTo;
    if (count <= 0 || upTo > this.lastSeq) return;
    this.entries.splice(0, count);
    this.lines.push({ kind: 'ack', upTo });
  }

  private append(record: JournalRecord): void {
    const cut = this.pen.cutInWriting();
    if (cut === 'torn') this.tornLine = formatRecord(record).slice(0, -7);
    if (cut === null || cut === 'after') this.lines.push(record);
    if (cut !== null) throw new PowerCut('while writing');
  }
}
