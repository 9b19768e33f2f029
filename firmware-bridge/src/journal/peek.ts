import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { OpenGrant } from '../session/ledger.js';
import { replay } from './replay.js';

export interface JournalView {
  readonly machineId: string | undefined;
  readonly unacknowledged: number;
  readonly open: OpenGrant | undefined;
  /** Lines that cannot be read although later ones can. */
  readonly brokenLines: number;
}

/** Reads a journal without touching it. Undefined when there is none yet. @throws what `node:fs` throws */
export function peekJournal(dir: string): JournalView | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(join(dir, 'journal'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { identity, unacknowledged, ledger, brokenLines } = replay(bytes);
  return {
    machineId: identity?.machineId,
    unacknowledged: unacknowledged.length,
    open: ledger.open,
    brokenLines,
  };
}
