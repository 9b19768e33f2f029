import { asReportAmount } from './amounts.js';
import { caseOf } from './cases.js';
import { judgeRow } from './compare.js';
import type { LedgerEntry, SeqrRow } from './difference.js';
import { entryOf, rowOf, TERMS } from './testing/books.js';

const REPORT = 'SEQR’s report of the shop, 2026-11-21';

function caseFor(row: SeqrRow, known: LedgerEntry | undefined) {
  const difference = judgeRow(row, known, [], TERMS);
  if (difference === null || difference === 'carried') throw new Error('there is no difference');
  return caseOf(difference, 'EUR', REPORT);
}

describe('the case of a refund that was not made here', () => {
  const sale = entryOf(1, { committedMinor: 370n });
  const refunded = { amount: asReportAmount(-370n, 'EUR') };

  it.each([
    ['its own reference', caseFor(rowOf(sale, { ...refunded, ersReference: 'refund-1' }), undefined), 'refund-1'],
    ['the reference of the payment', caseFor(rowOf(sale, { ...refunded, repeats: true }), sale), 'ers-1'],
  ])('under %s asks nobody to refund once more', (_, { amountMinor, known, suggestedAction }, reference) => {
    expect(known).toContain(`SEQR reports a refund of 3.70 EUR, ${reference}, that was not made here.`);
    expect(amountMinor).toBe(370n);
    expect(suggestedAction).toContain('Do not refund again');
    expect(suggestedAction).not.toMatch(/refund (?:the payer|one)/);
  });

  it('is not the case of a payment that is unknown or doubled', () => {
    expect(caseFor(rowOf(sale), undefined).suggestedAction).toContain('refund the payer');
    expect(caseFor(rowOf(sale, { repeats: true }), sale).suggestedAction).toContain('refund one of the two');
  });
});
