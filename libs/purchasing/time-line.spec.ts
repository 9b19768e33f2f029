import { type LoggedEvent, stateLabelOf, timeLineOf } from './time-line.js';

const STARTED_AT = new Date('2026-11-21T12:00:00.000Z');

const CONTEXT = {
  startedAt: STARTED_AT,
  currency: 'EUR',
  reservedMinor: 2_000n,
  committedMinor: 370n,
  productName: (selection: number) => ({ 11: 'Still water', 12: 'Cola' })[selection] ?? `Selection ${selection}`,
} as const;

/** Events a second apart: type, the state after it, and its data. */
function told(...rows: (readonly [type: string, state: string, data?: Record<string, unknown>])[]) {
  const events: LoggedEvent[] = rows.map(([type, state, data = {}], i) => ({
    at: new Date(STARTED_AT.getTime() + i * 1_000),
    type,
    state,
    data,
  }));
  return timeLineOf(events, CONTEXT);
}

const titles = (entries: ReturnType<typeof told>) => entries.map(({ title }) => title);

describe('the time line of a purchase', () => {
  it('tells a purchase from scan to receipt, in order and with times', () => {
    const entries = told(
      ['PurchaseStarted', 'NEW', { offeredMinor: '2000' }],
      ['InvoiceIssued', 'INVOICED', { invoiceReference: '7001' }],
      ['NotificationReceived', 'INVOICED'],
      ['StatusRead', 'UNLOCKING', { status: 'RESERVED' }],
      ['GrantSent', 'UNLOCKING', { bootId: 'boot-0001' }],
      ['GrantAccepted', 'UNLOCKED'],
      ['VendSelected', 'UNLOCKED', { vendNumber: 1, selection: 11, approvedMinor: '180' }],
      ['VendDispensed', 'UNLOCKED', { vendNumber: 1 }],
      ['SessionClosed', 'SETTLING', { reason: 'machine' }],
      ['InvoiceUpdated', 'SETTLING'],
      ['ReservationCommitted', 'SETTLING'],
      ['StatusRead', 'COMMITTED', { status: 'PAID' }],
      ['ReceiptSubmitted', 'COMMITTED'],
    );

    expect(titles(entries)).toEqual([
      'QR code scanned',
      'Invoice issued',
      'SEQR notified us',
      'SEQR says RESERVED',
      'Payer confirmed',
      'Grant sent to the machine',
      'Machine unlocked',
      'Still water chosen',
      'Still water dispensed',
      'Machine locked again',
      'Invoice updated',
      'Reservation committed',
      'SEQR says PAID',
      '3.70 EUR charged',
      'Receipt sent',
    ]);
    expect(entries[0]).toMatchObject({
      at: '2026-11-21T12:00:00.000Z',
      sinceStartMs: 0,
      detail: 'up to 20.00 EUR offered',
    });
    expect(entries[3]).toMatchObject({ sinceStartMs: 3_000, step: 'status' });
    expect(entries[13]).toMatchObject({ detail: 'exactly what was dispensed; 16.30 EUR released', tone: 'good' });
  });

  it('leaves out polls that found nothing', () => {
    expect(told(['StatusRead', 'INVOICED'], ['StatusRead', 'INVOICED'], ['StatusUnread', 'INVOICED'])).toHaveLength(1);
    expect(told(['InvoiceIssued', 'INVOICED'], ['StatusRead', 'INVOICED'], ['TimePassed', 'INVOICED'])).toHaveLength(1);
  });

  it.each([
    ['not-sent', { outcome: 'not-sent', detail: 'refused' }, 'SEQR was not reached (refused)'],
    ['refused', { outcome: 'refused', resultCode: 20, detail: 'SECURITY_ERROR' }, 'SEQR refused: 20 SECURITY_ERROR'],
    ['unknown', { outcome: 'unknown', detail: 'TIMEOUT' }, 'no clear answer from SEQR (TIMEOUT)'],
  ])('says how a call failed: %s', (_, data, detail) => {
    expect(told(['CommitFailed', 'SETTLING', data])).toMatchObject([
      { title: 'Not committed yet', detail, tone: 'warning' },
    ]);
  });

  it.each([
    ['RELEASED', 'Nothing charged'],
    ['CANCELLED', 'Nothing charged'],
    ['REVIEW', 'A person must decide'],
  ])('ends with what %s means', (state, title) => {
    expect(titles(told(['InvoiceCancelled', 'RELEASING'], ['StatusRead', state, { status: 'CANCELED' }])).at(-1)).toBe(
      title,
    );
  });

  it('names what was denied, jammed or is not known', () => {
    expect(
      titles(
        told(
          ['VendSelected', 'UNLOCKED', { vendNumber: 1, selection: 99, denied: 'unknown-selection' }],
          ['VendSelected', 'UNLOCKED', { vendNumber: 2, selection: 12, approvedMinor: '190' }],
          ['VendFailed', 'UNLOCKED', { vendNumber: 2 }],
          ['VendSelected', 'UNLOCKED', { vendNumber: 3, selection: 11, approvedMinor: '180' }],
          ['VendUncertain', 'UNLOCKED', { vendNumber: 3, reason: 'power-cut' }],
        ),
      ),
    ).toEqual([
      'Selection 99 denied',
      'Cola chosen',
      'Cola not dispensed',
      'Still water chosen',
      'Still water: nobody knows',
    ]);
  });

  it('shows the serial lines to those who look closer', () => {
    const [entry] = told(['GrantAccepted', 'UNLOCKED', { serial: ['> C,START,20.00', '< c,STATUS,IDLE,20.00'] }]);

    expect(entry?.evidence).toEqual(['> C,START,20.00', '< c,STATUS,IDLE,20.00']);
  });

  it('is not upset by an event that it does not know', () => {
    expect(told(['SomethingNew', 'INVOICED', { any: 'thing' }])).toEqual([]);
  });

  it('has words for every state', () => {
    const states = ['NEW', 'INVOICED', 'CANCELLING', 'UNLOCKING', 'UNLOCKED', 'CLOSING', 'SETTLING', 'RELEASING'];
    for (const state of [...states, 'COMMITTED', 'RELEASED', 'CANCELLED', 'REFUSED', 'REVIEW']) {
      expect(stateLabelOf(state).label).not.toBe(state);
    }
    expect(stateLabelOf('SOMETHING')).toEqual({ label: 'SOMETHING', tone: 'neutral' });
  });
});
