import { asText, PROCEDURES } from './procedures.js';

describe('the procedures', () => {
  it('are SEQR’s nine tests for points of sale, in SEQR’s order', () => {
    expect(PROCEDURES.pos.tests.map(({ title }) => title)).toEqual([
      'registerTerminal',
      'assignSeqrId',
      'sendInvoice',
      'getPaymentStatus',
      'submitPaymentReceipt',
      'cancelInvoice',
      'refundPayment',
      'markTransactionPeriod',
      'unregisterTerminal',
    ]);
  });

  it('are SEQR’s six tests for web shops, in SEQR’s order', () => {
    expect(PROCEDURES.webshop.tests.map(({ title }) => title)).toEqual([
      'sendInvoice',
      'getPaymentStatus',
      'submitPaymentReceipt',
      'cancelInvoice',
      'refundPayment',
      'markTransactionPeriod',
    ]);
  });

  it.each(['pos', 'webshop'] as const)(
    'of %s wait 30 s between a new invoice and the question for a status',
    (profile) => {
      const steps = PROCEDURES[profile].tests.find(({ title }) => title === 'getPaymentStatus')?.steps ?? [];
      const waits = steps.flatMap((step, index) => (step.kind === 'wait' ? [{ step, before: steps[index - 1] }] : []));

      expect(waits).toHaveLength(2);
      for (const { step, before } of waits) {
        expect(step.seconds).toBe(30);
        expect(before).toMatchObject({ kind: 'call', operation: 'sendInvoice' });
      }
    },
  );

  it('of unattended payments say that SEQR publishes none', () => {
    expect(asText(PROCEDURES.unattended)).toContain('SEQR publishes no certification procedure');
  });

  it('can be read as text, with what is checked in every step', () => {
    expect(asText(PROCEDURES.pos)).toContain('the status of invoice B is CANCELED or ISSUED');
  });
});
