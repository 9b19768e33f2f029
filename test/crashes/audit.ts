import type { Invoice } from '#seqr-sandbox/invoice.js';
import type { Delivery } from '#simulated-machine/machine-view.js';

import type { PurchaseRow } from './books.js';

/** The three books on one purchase: the database, SEQR, and the machine's tray. */
export interface Evidence {
  readonly purchase: PurchaseRow;
  readonly invoice: Pick<Invoice, 'state' | 'commits' | 'committed'> | undefined;
  readonly fallen: readonly Delivery[];
  /** The machine lost its power during the purchase: the only cause of an uncertain vend here. */
  readonly wasCut: boolean;
}

const OVER = ['COMMITTED', 'RELEASED', 'CANCELLED', 'REFUSED'];

/**
 * Where the three books disagree on a purchase that is over, a sentence each. Allowed is one thing only: an item whose
 * vend a power cut made uncertain is not charged, and is a review case.
 */
export function disagreements({ purchase, invoice, fallen, wasCut }: Evidence): string[] {
  const faults: string[] = [];
  const { state, vends, cases } = purchase;
  if (!OVER.includes(state)) faults.push(`it ended as ${state} (${cases.join(', ')})`);
  if (purchase.holds_machine || purchase.open_effects > 0) faults.push('it is over and not done');

  const uncertain = vends.filter(({ result }) => result === 'uncertain').map(({ selection }) => selection);
  const unexplained = without(
    fallen,
    vends.filter(({ result }) => result === 'dispensed').map(({ selection }) => selection),
  );
  if (unexplained.missing.length > 0) faults.push(`selections ${unexplained.missing.join(', ')} never fell`);
  const unaccounted = without(unexplained.rest, uncertain).rest;
  if (unaccounted.length > 0) {
    faults.push(`fell and is accounted for nowhere: ${unaccounted.map(({ selection }) => selection).join(', ')}`);
  }
  if (uncertain.length > 0 && !wasCut) faults.push('a vend is uncertain although the machine had power all the time');
  const expectedCases = uncertain.map(() => 'uncertain-vend');
  if (cases.toSorted().join() !== expectedCases.join()) {
    faults.push(`its review cases are [${cases.join(', ')}] and should be [${expectedCases.join(', ')}]`);
  }

  const paid = sum(fallen) - sum(unexplained.rest);
  faults.push(...moneyFaults(purchase, invoice, state === 'COMMITTED' ? paid : 0n));
  return faults;
}

function moneyFaults(purchase: PurchaseRow, invoice: Evidence['invoice'], due: bigint): string[] {
  const faults: string[] = [];
  const { state, invoice_reference: reference } = purchase;
  const committed = BigInt(purchase.committed_minor ?? 0);
  if (committed !== due) faults.push(`the database says ${committed} was committed, and ${due} fell`);
  if (state === 'COMMITTED' && due === 0n) faults.push('it was committed and nothing fell');
  if (reference !== null && invoice === undefined) faults.push(`SEQR does not know its invoice ${reference}`);
  if (invoice === undefined) return faults;
  const expected = state === 'COMMITTED' ? 1 : 0;
  if (invoice.commits !== expected) faults.push(`SEQR took ${invoice.commits} commits, not ${expected}`);
  if (invoice.committed !== committed)
    faults.push(`SEQR was paid ${invoice.committed}, the database says ${committed}`);
  if ((invoice.state === 'PAID') !== (state === 'COMMITTED'))
    faults.push(`it is ${state} and its invoice ${invoice.state}`);
  if (invoice.state === 'RESERVED') faults.push('it is over and the payer’s money is still reserved');
  return faults;
}

/** Takes each selection away once. `missing` are those that were not there. */
function without(
  deliveries: readonly Delivery[],
  selections: readonly number[],
): { rest: readonly Delivery[]; missing: readonly number[] } {
  const rest = [...deliveries];
  const missing = selections.filter((selection) => {
    const at = rest.findIndex((delivery) => delivery.selection === selection);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
  return { rest, missing };
}

function sum(deliveries: readonly Delivery[]): bigint {
  return deliveries.reduce((total, { priceMinor }) => total + BigInt(priceMinor), 0n);
}
