import { cancelled, failed } from '../testing/happenings.js';
import { releasing, waitedOut, waiting } from '../testing/stages.js';

/** INVALID_INVOICE_REFERENCE */
const NO_SUCH_INVOICE = 54;

describe('an invoice that SEQR gave a reference and then does not know', () => {
  it('frees the machine at once when it was to be cancelled, and is looked into by a person', () => {
    const visit = waitedOut().on(failed('CancelFailed', NO_SUCH_INVOICE), failed('StatusUnread', NO_SUCH_INVOICE));

    expect(visit.purchase).toMatchObject({ state: 'REVIEW', next: null, end: { reason: 'not-settled' } });
    expect(visit.reasons).toEqual(['lying-invoice']);
  });

  it('frees the machine at once when it was to be released', () => {
    const visit = releasing().on(cancelled, failed('StatusUnread', NO_SUCH_INVOICE));

    expect(visit.state).toBe('REVIEW');
    expect(visit.reasons).toEqual(['lying-invoice']);
  });

  it('is asked about until the payer’s time is over: SEQR may only be late to know it', () => {
    expect(waiting().on(failed('StatusUnread', NO_SUCH_INVOICE)).next?.kind).toBe('getPaymentStatus');
  });

  it('is not taken for one when SEQR refuses to look for another reason', () => {
    const visit = releasing().on(cancelled, failed('StatusUnread', 90));

    expect(visit.state).toBe('RELEASING');
    expect(visit.next?.kind).toBe('getPaymentStatus');
  });
});
