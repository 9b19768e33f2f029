import type { MachineEventBody } from '#machine-protocol/messages.js';

import { afterPowerCut } from '../session/ledger.js';
import { Journal, type JournalOptions } from './journal.js';

/**
 * Opens the journal of a bridge that starts. What the last boot left open is written down before anything else.
 *
 * @returns the journal, and what was found in it and is reported now
 * @throws JournalError as `Journal.open`
 */
export function openAfterBoot(options: JournalOptions): {
  readonly journal: Journal;
  readonly found: readonly MachineEventBody[];
} {
  const { journal, damage } = Journal.open(options);
  const found = afterPowerCut(journal.ledger);
  if (damage !== undefined) found.push({ type: 'fault', code: 'journal-damaged', detail: damage });
  for (const body of found) journal.record(body, Infinity);
  return { journal, found };
}
