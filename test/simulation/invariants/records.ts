import { TRANSITIONS } from '#purchase/reserve-first/transitions-allowed.js';
import type { Change } from '#purchasing/ports.js';

import type { Row } from '../world/database.js';

import type { History } from './history.js';
import { FINAL_STATES } from './transitions.js';
import type { Report } from './violation.js';

/** I25 and I26: what is written down follows from what happened, and only listed changes of state happen. */
export function checkRecord({ effect, log }: Row, { before, after }: Change, report: Report): void {
  const { id } = after;
  if (after.version !== before.version + 1) report('I25', id, `version ${after.version} follows ${before.version}`);
  if (log.length + 1 !== after.version) report('I25', id, `${log.length} events at version ${after.version}`);
  if ((after.next === null) !== (effect === null)) report('I25', id, 'the act and its row disagree');
  if (before.state !== after.state && !TRANSITIONS[before.state].includes(after.state)) {
    report('I26', id, `${before.state} became ${after.state}`);
  }
  const isOver = FINAL_STATES.has(after.state);
  if (isOver !== (after.end !== null)) report('I26', id, `${after.state} with${isOver ? 'out' : ''} an end`);
  if (!isOver && after.next === null) report('I29', id, `${after.state} and nothing left to do: the timer is lost`);
}

/** What the durable events say, counted anew: I14, I16. */
export function countVends({ purchase }: Row, { event }: Change, history: History): void {
  if (!('vendNumber' in event) || event.grantNumber !== purchase.grantNumber) return;
  const known = history.vends.get(event.vendNumber);
  if (event.type === 'VendSelected') {
    const priceMinor = purchase.prices.get(event.selection);
    const denied = event.approvedMinor === 0n || event.denied !== undefined || priceMinor === undefined;
    const result = denied ? 'denied' : 'selected';
    if (known === undefined) history.vends.set(event.vendNumber, { priceMinor: priceMinor ?? 0n, result });
    return;
  }
  if (known === undefined || history.frozenMinor !== null) return;
  const result = event.type === 'VendDispensed' ? 'dispensed' : event.type === 'VendFailed' ? 'failed' : 'uncertain';
  // The bridge may still hear of an item that it had called uncertain; never the other way round.
  if (known.result === 'selected' || (known.result === 'uncertain' && result === 'dispensed')) known.result = result;
}
