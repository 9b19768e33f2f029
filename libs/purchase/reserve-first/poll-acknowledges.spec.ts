import { notified, status } from '../testing/happenings.js';
import { waiting } from '../testing/stages.js';

/** SEQR API page, getPaymentStatus: the last version received goes with the next question, and acknowledges it. */
describe('a poll acknowledges what the one before it was told', () => {
  it('also when the notification came while that one was under way', () => {
    const visit = waiting().on(notified);
    const askedBefore = status('ISSUED', { askedAt: visit.now - 1, invoiceVersion: 4 });

    expect(visit.on(askedBefore).purchase).toMatchObject({
      state: 'INVOICED',
      invoiceVersion: 4,
      next: { kind: 'getPaymentStatus', dueAt: visit.now + 249 },
    });
  });
});
