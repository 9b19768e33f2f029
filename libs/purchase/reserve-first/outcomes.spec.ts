import { interrupted } from './outcomes.js';

const detail = 'the server that was doing this stopped';

describe('an act whose server stopped', () => {
  it.each([
    ['sendInvoice', { type: 'InvoiceFailed', outcome: 'unknown', detail }],
    ['updateInvoice', { type: 'UpdateFailed', outcome: 'unknown', detail }],
    ['commitReservation', { type: 'CommitFailed', outcome: 'unknown', detail }],
    ['cancelInvoice', { type: 'CancelFailed', outcome: 'unknown', detail }],
    ['sendGrant', { type: 'GrantSent', bootId: 'unknown' }],
  ] as const)('may have taken effect: %s', (kind, event) => {
    expect(interrupted({ kind, dueAt: 0 })).toEqual(event);
  });

  it.each(['getPaymentStatus', 'awaitMachine', 'closeGrant', 'submitPaymentReceipt'] as const)(
    'is simply done again when that does no harm: %s',
    (kind) => {
      expect(interrupted({ kind, dueAt: 0 })).toBeNull();
    },
  );
});
