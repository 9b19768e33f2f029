import { isDeepStrictEqual } from 'node:util';

import { step } from '#purchase/reserve-first/lifecycle.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';

import type { Row } from '../world/database.js';
import type { CaseFacts } from './cases.js';
import { FINAL_STATES } from './transitions.js';
import type { Report } from './violation.js';

/** I29: once nothing fails any more, everything ends. */
export function checkEnded({ purchase, effect }: Row, report: Report): void {
  if (!FINAL_STATES.has(purchase.state)) report('I29', purchase.id, `still ${purchase.state}`);
  else if (effect !== null) report('I29', purchase.id, `${effect.act.kind} is still to be done`);
}

/** I25: the record is the fold of its events, and nothing else. */
export function checkFold({ first, log, purchase }: Row, fold: typeof step, report: Report): void {
  const folded = log.reduce((before, { event, at }) => fold(before, event, at).purchase, first);
  if (!isDeepStrictEqual(folded, purchase)) report('I25', purchase.id, 'the record is not the fold of its events');
}

/** I7 to I10: goods and money agree, or a person was told. */
export function checkMoney({ row, truth, invoices, anyFault }: CaseFacts, releases: boolean, report: Report): void {
  const { id, state, settlement, invoiceReference } = row.purchase;
  const paidMinor = invoices.reduce((total, invoice) => total + invoice.committed, 0n);
  const fellMinor = truth.fell.reduce((total, item) => total + item.priceMinor, 0n);
  if (invoices.some(({ commits }) => commits > 1)) report('I11', id, 'SEQR committed one reservation twice');
  const isTold = row.cases.length > 0 || wasDeceived(truth) || truth.machineLied || truth.unread;
  if (paidMinor !== fellMinor && !isTold) {
    report(
      paidMinor > fellMinor ? 'I9' : 'I8',
      id,
      `items for ${fellMinor} fell, ${paidMinor} were paid, nobody is told`,
    );
  }
  if (truth.lies.size > 0) return;
  const invoice = invoices.find(({ reference }) => reference === invoiceReference);
  if (state === 'COMMITTED' && (invoice?.state !== 'PAID' || invoice.committed !== settlement?.amountMinor)) {
    report('I11', id, `COMMITTED ${settlement?.amountMinor}, SEQR has ${describe(invoice)}`);
  }
  if ((state === 'RELEASED' || state === 'CANCELLED') && invoice !== undefined && isLive(invoice)) {
    report('I10', id, `${state}, and SEQR has ${describe(invoice)}`);
  }
  if (!anyFault && state === 'RELEASED' && releases && invoice?.state !== 'CANCELED') {
    report('I10', id, `given back only by lapsing: ${describe(invoice)}`);
  }
  if (!anyFault && invoice?.state === 'REVERSED') report('I4', id, 'reversed, and nothing ever failed');
}

/** I14, I27: what the machine knows of each item stands in the record, once. */
export function checkVends({ row, truth }: CaseFacts, report: Report): void {
  const { id, vends } = row.purchase;
  const numbers = new Set(vends.map(({ number }) => number));
  if (numbers.size !== vends.length) report('I14', id, 'a vend is counted twice');
  if (truth.machineLied) return;
  for (const { vendNumber } of truth.fell) {
    const vend = vends.find(({ number }) => number === vendNumber);
    const isKnown = vend?.result === 'dispensed' || truth.unreported.has(vendNumber) || truth.powerCut;
    if (!isKnown) report('I14', id, `vend ${vendNumber} fell, the record says ${vend?.result ?? 'nothing'}`);
  }
  for (const vend of vends) {
    const fell = truth.fell.some(({ vendNumber }) => vendNumber === vend.number);
    if (vend.result === 'dispensed' && !fell) report('I14', id, `vend ${vend.number} never fell`);
  }
}

/** A lie that is consistent in itself nobody can see from here; an update that was not done shows in what was paid. */
function wasDeceived({ lies }: CaseFacts['truth']): boolean {
  return [...lies].some((lie) => lie !== 'update-not-done');
}

function describe(invoice: Invoice | undefined): string {
  return invoice === undefined ? 'no invoice' : `${invoice.state} ${invoice.committed}`;
}

function isLive({ state }: Invoice): boolean {
  return state === 'RESERVED' || state === 'PAID';
}
