import type { Change } from '#purchasing/ports.js';

import type { Row } from '../world/database.js';
import type { Departure } from '../world/seqr-line.js';
import type { SeqrOperation } from '../world/seqr.js';

import type { History } from './history.js';
import type { Report } from './violation.js';

/** I7, I10, I11, I16: the amount is frozen once, is what certainly came out, and never changes. */
export function checkAmounts({ purchase }: Row, { before, after, at }: Change, history: History, report: Report): void {
  const { id, reservedMinor } = purchase;
  const { settlement } = after;
  if (before.settlement !== null && settlement?.amountMinor !== before.settlement.amountMinor) {
    report('I11', id, `the frozen amount ${before.settlement.amountMinor} became ${settlement?.amountMinor}`);
  }
  if (settlement !== null && before.settlement === null) {
    const counted = history.dispensedMinor();
    const expected = counted < reservedMinor ? counted : reservedMinor;
    history.frozenMinor = settlement.amountMinor;
    history.frozenAt = at;
    if (settlement.amountMinor <= 0n) report('I10', id, 'nothing came out, and it is to be committed');
    if (settlement.amountMinor > reservedMinor) report('I7', id, 'more is to be committed than was reserved');
    if (settlement.amountMinor !== expected) {
      report('I14', id, `${settlement.amountMinor} is to be committed, the machine reported ${expected}`);
    }
  }
  if (after.state === 'RELEASING' && before.state !== 'RELEASING') {
    const counted = history.dispensedMinor();
    if (counted > 0n) report('I9', id, `${counted} came out, and the reservation is given back`);
    history.frozenMinor = 0n;
    history.frozenAt = at;
  }
  if (after.state === 'COMMITTED' && settlement === null) report('I7', id, 'committed without an amount');
}

/** I12: only SEQR's own PAID, with no other amount than the frozen one, ends a purchase as charged. */
export function checkPaid({ event, after }: Change, report: Report): void {
  const isPaid = event.type === 'StatusRead' && event.status === 'PAID';
  if (!isPaid) report('I12', after.id, `COMMITTED on ${event.type}`);
  else if (event.totalMinor !== null && event.totalMinor !== after.settlement?.amountMinor) {
    report('I12', after.id, `COMMITTED, and SEQR took ${event.totalMinor}`);
  }
}

const SETTLES: readonly SeqrOperation[] = ['updateInvoice', 'commitReservation'];

/** What may leave for SEQR, judged by what is durable at that moment: I10, I11, I12, I13, I25. */
export function checkDeparture(departure: Departure, row: Row, history: History, report: Report): void {
  const { operation, amountMinor } = departure;
  const { id, settlement, state } = row.purchase;
  if (SETTLES.includes(operation)) {
    if (settlement === null) report('I11', id, `${operation} before the amount is frozen`);
    else if (amountMinor !== settlement.amountMinor) {
      report('I11', id, `${operation} bears ${amountMinor}, frozen are ${settlement.amountMinor}`);
    }
    if (history.sentMinor !== null && amountMinor !== history.sentMinor) {
      report('I11', id, `${operation} bears ${amountMinor}, an earlier attempt bore ${history.sentMinor}`);
    }
    history.sentMinor = amountMinor ?? null;
    if (history.leftAt('cancelInvoice') !== null) report('I12', id, `${operation} after cancelInvoice`);
    looksFirst(operation, id, history, ['RESERVED'], report);
  }
  switch (operation) {
    case 'commitReservation':
      if (history.commitAnswered) report('I11', id, 'committed again after SEQR had answered 0');
      return;
    case 'cancelInvoice':
      if (history.leftAt('commitReservation') !== null) report('I12', id, 'cancelInvoice after commitReservation');
      return looksFirst(operation, id, history, null, report);
    case 'sendInvoice':
      if (history.left.has('sendInvoice')) report('I13', id, 'sendInvoice again although the first may have arrived');
      return;
    case 'getPaymentStatus':
      if (state === 'REFUSED') report('I13', id, 'an invoice that was given up is asked about');
      return checkVersion(departure, row, history, report);
    case 'updateInvoice':
    case 'submitPaymentReceipt':
  }
}

/** SEQR API page, getPaymentStatus: "the last version received" goes with the question, and acknowledges it. */
function checkVersion(departure: Departure, { purchase }: Row, history: History, report: Report): void {
  if (history.performedVersion !== purchase.version) return;
  // While the payer is waited for every answer counts; later ones are only looked at for their status.
  const expected = purchase.state === 'INVOICED' ? history.highestVersion : purchase.invoiceVersion;
  if (departure.invoiceVersion === expected) return;
  report('S4', purchase.id, `asked with version ${departure.invoiceVersion}, received was ${expected}`);
}

/** I12: what may have been done is looked up before it is repeated. @param onlyIn null: whatever the look says */
function looksFirst(
  operation: SeqrOperation,
  id: string,
  history: History,
  onlyIn: readonly string[] | null,
  report: Report,
): void {
  const leftAt = history.leftAt(operation);
  if (leftAt === null) return;
  const { lastStatus } = history;
  if (lastStatus === null || lastStatus.at < leftAt) report('I12', id, `${operation} is repeated without a look`);
  else if (onlyIn !== null && !onlyIn.includes(lastStatus.status)) {
    report('I12', id, `${operation} is repeated although SEQR says ${lastStatus.status}`);
  }
}
