import { crc32 } from 'node:zlib';

import { z } from 'zod';

import { machineEvent } from '#machine-protocol/messages.js';
import { MACHINE_ID_PATTERN } from '#machine-protocol/topics.js';

import { ledger } from '../session/ledger.js';

/** The first line of a journal file: everything that the lines dropped from before it had said. */
const head = z.object({
  kind: z.literal('head'),
  v: z.literal(1),
  machineId: z.string().regex(MACHINE_ID_PATTERN),
  journalId: z.string(),
  /** Sequence number before the first event of this file. */
  lastSeq: z.int().min(0),
  ledger,
  /** The ledger has this event and all before it; those that follow in the file up to it are there to be sent. */
  ledgerSeq: z.int().min(0),
});
export type Head = z.infer<typeof head>;

export const journalRecord = z.discriminatedUnion('kind', [
  head,
  /** A grant is about to be acted on. */
  z.object({ kind: z.literal('admission'), purchaseId: z.string(), grantNumber: z.int() }),
  z.object({ kind: z.literal('event'), event: machineEvent }),
  /** The gateway has everything up to and with this number. */
  z.object({ kind: z.literal('ack'), upTo: z.int() }),
]);
export type JournalRecord = z.infer<typeof journalRecord>;

/** "<crc32 as 8 hex digits> <json>\n": one line, so that a torn write spoils itself and nothing else. */
export function formatRecord(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** Undefined for a line that is not exactly what was once written. */
export function parseRecord(line: string): JournalRecord | undefined {
  const json = line.slice(9);
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return undefined;
  try {
    return journalRecord.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
