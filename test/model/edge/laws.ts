import type { ReviewReason } from '#purchase/reserve-first/purchase.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';

import type { Model } from './model.js';
import type { World } from './world.js';

interface PurchaseRow {
  id: string;
  state: string;
  holds_machine: boolean;
  committed_minor: string | null;
  invoice_reference: string | null;
}

interface CaseRow {
  purchase_id: string | null;
  reason: string;
}

/** States that were reached in the end, in all runs. */
export const endings = new Map<string, number>();

const OVER = ['COMMITTED', 'RELEASED', 'CANCELLED', 'REFUSED', 'REVIEW'];

/** What must be so when everything works again and time has passed. @returns what is not. */
export async function broken(model: Model, world: World): Promise<string[]> {
  const wrong: string[] = [];
  const purchases = await world.query<PurchaseRow>(
    'SELECT id, state, holds_machine, committed_minor, invoice_reference FROM purchases WHERE machine_id = $1',
    [world.machine.id],
  );
  const cases = await world.query<CaseRow>('SELECT purchase_id, reason FROM review_cases WHERE machine_id = $1', [
    world.machine.id,
  ]);
  for (const purchase of purchases) {
    endings.set(purchase.state, (endings.get(purchase.state) ?? 0) + 1);
    const own = cases.filter(({ purchase_id }) => purchase_id === purchase.id);
    wrong.push(...wrongWith(purchase, own, world).map((fault) => `${purchase.state} purchase: ${fault}`));
  }
  for (const one of cases) if (!hasCause(one, model, world)) wrong.push(`a case without a cause: ${one.reason}`);
  for (const id of world.machine.truth.purchases) {
    if (!purchases.some((purchase) => purchase.id === id)) wrong.push('the machine was granted a purchase of another');
  }
  if (world.machine.isUnlocked) wrong.push('the machine is still unlocked');
  return wrong;
}

function wrongWith(purchase: PurchaseRow, cases: readonly CaseRow[], world: World): string[] {
  const wrong: string[] = [];
  const rule = (holds: boolean, fault: string): void => void (holds || wrong.push(fault));
  const goods = world.machine.truth.of(purchase.id);
  const soldMinor = BigInt(world.machine.truth.certain(purchase.id).dispensedMinor);
  const invoices = world.invoices.filter(({ terms }) => terms.clientInvoiceId === purchase.id.replaceAll('-', ''));
  const paidMinor = invoices.reduce((total, { committed }) => total + committed, 0n);
  rule(OVER.includes(purchase.state) && !purchase.holds_machine, 'it never ended');
  rule(invoices.length <= 1, 'it has more than one invoice');
  rule(
    invoices.every(({ commits }) => commits <= 1),
    'SEQR committed more than once',
  );
  rule(paidMinor <= soldMinor, `${soldMinor} came out for certain, and ${paidMinor} were taken`);
  const isTold = cases.length > 0 || goods.wordsLost;
  rule(paidMinor === soldMinor || isTold, `${soldMinor} came out, ${paidMinor} were taken, and nobody is told`);
  rule(goods.uncertainVends === 0 || isTold, 'a vend that nobody knows the result of, and nobody is told');
  rule(
    purchase.state !== 'COMMITTED' || BigInt(purchase.committed_minor ?? 0) === paidMinor,
    'SEQR took another amount',
  );
  rule(purchase.state !== 'REVIEW' || cases.length > 0, 'no case says why');
  for (const invoice of invoices) rule(isSettled(invoice, purchase), `SEQR’s invoice is ${invoice.state}`);
  return wrong;
}

/** Only an invoice that nobody knows may still wait for its payer, and what a person looks at may still be reserved. */
function isSettled({ state, reference }: Invoice, purchase: PurchaseRow): boolean {
  if (state === 'ISSUED') return purchase.invoice_reference !== reference || purchase.state === 'REVIEW';
  return state !== 'RESERVED' || purchase.state === 'REVIEW';
}

/** What really happened that a person has to know of. */
function hasCause({ purchase_id: id, reason }: CaseRow, model: Model, world: World): boolean {
  const { struck, wasAbsent, lostWords, orphanDecided } = model;
  const goods = id === null ? undefined : world.machine.truth.of(id);
  const isUntold = goods?.wordsLost === true || (wasAbsent && goods?.unlocked === true);
  switch (reason as ReviewReason | 'events-lost') {
    case 'events-lost':
      return lostWords;
    case 'uncertain-vend':
      return (goods?.uncertainVends ?? 0) > 0 || isUntold;
    case 'late-vend':
    case 'no-closing-report':
    case 'report-differs':
      return isUntold;
    case 'orphan-invoice':
      return orphanDecided;
    case 'lying-invoice':
      return struck.has('getPaymentStatus') || struck.has('sendInvoice');
    case 'update-refused':
      return struck.has('updateInvoice');
    case 'not-settled':
      return struck.has('updateInvoice') || struck.has('commitReservation') || struck.has('getPaymentStatus');
    case 'unpaid-vend':
      return wasAbsent || struck.size > 0;
    case 'not-released':
    case 'unexpected-payment':
    case 'other-amount':
    case 'over-reservation':
      return false;
  }
}
