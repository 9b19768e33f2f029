import type { MachineEvent } from '#machine-protocol/messages.js';

import { EMPTY_LEDGER, foldAdmission, foldEvent, type Ledger } from '../session/ledger.js';
import { parseRecord, type JournalRecord } from './records.js';

/** What a journal file says, as far as it can be read. */
export interface Replay {
  /** Undefined when not even the first line is whole. */
  readonly identity: { readonly machineId: string; readonly journalId: string } | undefined;
  readonly lastSeq: number;
  readonly ledger: Ledger;
  readonly unacknowledged: readonly MachineEvent[];
  /** Bytes of whole lines at the start; less than the file's size when its tail is torn. */
  readonly soundBytes: number;
  /** Lines that are broken although whole ones follow: not a torn write, but a disk that lies. */
  readonly brokenLines: number;
}

/** Pure: the same bytes always say the same. */
export function replay(bytes: Buffer): Replay {
  const reading: Reading = {
    identity: undefined,
    lastSeq: 0,
    ledger: EMPTY_LEDGER,
    ledgerSeq: 0,
    unacknowledged: [],
    soundBytes: 0,
    brokenLines: 0,
  };
  let broken = 0;
  let last = '';
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline + 1;
    last = bytes.toString('utf8', start, newline === -1 ? bytes.length : newline);
    const record = newline === -1 ? undefined : parseRecord(last);
    start = end;
    if (record === undefined || !follows(reading, record)) {
      broken += 1;
      continue;
    }
    reading.brokenLines += broken;
    broken = 0;
    take(reading, record);
    if (reading.brokenLines === 0) reading.soundBytes = end;
  }
  if (broken > 0 && beginsWithRecord(last)) reading.brokenLines += broken;
  return reading;
}

/**
 * A write that was torn ends within its line. Behind a whole record there stood a line break once, and what it promised
 * may have been sent: the disk lost it.
 */
function beginsWithRecord(line: string): boolean {
  for (let end = line.indexOf('}'); end !== -1 && end + 1 < line.length; end = line.indexOf('}', end + 1)) {
    if (parseRecord(line.slice(0, end + 1)) !== undefined) return true;
  }
  return false;
}

interface Reading {
  identity: Replay['identity'];
  lastSeq: number;
  ledger: Ledger;
  ledgerSeq: number;
  unacknowledged: MachineEvent[];
  soundBytes: number;
  brokenLines: number;
}

/** A whole line that does not continue the one before is as broken as one with a wrong checksum. */
function follows(reading: Reading, record: JournalRecord): boolean {
  if (record.kind === 'head') return reading.identity === undefined;
  // After a broken line a jump in the numbers is that line's absence; going back is never right.
  return record.kind !== 'event' || record.event.seq > reading.lastSeq;
}

function take(reading: Reading, record: JournalRecord): void {
  switch (record.kind) {
    case 'head':
      reading.identity = { machineId: record.machineId, journalId: record.journalId };
      reading.lastSeq = record.lastSeq;
      reading.ledger = record.ledger;
      reading.ledgerSeq = record.ledgerSeq;
      return;
    case 'admission':
      reading.ledger = foldAdmission(reading.ledger, record);
      return;
    case 'event':
      // The head line is missing or an event is: the numbers no longer prove that nothing is.
      if (record.event.seq !== reading.lastSeq + 1) reading.brokenLines += 1;
      reading.lastSeq = record.event.seq;
      if (record.event.seq > reading.ledgerSeq) reading.ledger = foldEvent(reading.ledger, record.event.body);
      reading.unacknowledged.push(record.event);
      return;
    case 'ack':
      reading.unacknowledged = reading.unacknowledged.filter(({ seq }) => seq > record.upTo);
  }
}
