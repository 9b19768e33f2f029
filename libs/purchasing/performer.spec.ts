import { MachineOfflineError, UnsureIfSentError } from '#fleet/machine-commands.js';
import { NotConnectedError } from '#platform/mqtt.js';
import type { ActKind, Purchase } from '#purchase/reserve-first/purchase.js';
import { INVOICE } from '#purchase/testing/happenings.js';
import { asking, charged, committing, granted, settling, unlocking, waiting } from '#purchase/testing/stages.js';
import type { Reply, SeqrCall } from '#seqr/reply.js';
import { SeqrRequestError } from '#seqr/request-error.js';

import { ActPerformer, type SeqrCalls } from './performer.js';
import { NotActingError } from './ports.js';
import { NoPrincipalError, type PurchasePrincipals } from './purchase-principals.js';

const NOW = 1_800_000_000_000;

const call: SeqrCall = {
  operation: 'getPaymentStatus',
  clientReference: 'reference',
  sentAt: '2026-11-21T12:00:00.000Z',
  durationMs: 12,
  outcome: 'answered',
};

type Ending = { readonly outcome: 'answered' | 'refused' | 'not-sent' | 'unknown' } & Record<string, unknown>;

const ANSWERED: Ending = { outcome: 'answered', resultCode: 0 };
const REFUSED: Ending = {
  outcome: 'refused',
  resultCode: 90,
  resultName: 'SYSTEM_ERROR',
  resultDescription: '',
  retry: 'later',
};
const NOT_SENT: Ending = { outcome: 'not-sent', reason: 'CONNECTION_REFUSED' };
const UNKNOWN: Ending = { outcome: 'unknown', reason: 'TIMEOUT' };

const INVOICE_DOCUMENT = { marker: 'the final bill' };

/** A performer whose every call to SEQR ends so, and what it asked for. */
function performerWith(
  ending: Ending | Error,
  machineFault?: Error,
  principals?: Pick<PurchasePrincipals, 'of'>,
  preparedAfterMs = 0,
) {
  const asked: unknown[] = [];
  const as: unknown[] = [];
  const send = async (request: unknown, principal: unknown): Promise<Reply> => {
    asked.push(request);
    as.push(principal);
    if (ending instanceof Error) throw ending;
    return { ...ending, call } as unknown as Reply;
  };
  const operations = [
    'sendInvoice',
    'getPaymentStatus',
    'updateInvoice',
    'commitReservation',
    'cancelInvoice',
    'submitPaymentReceipt',
  ];
  const seqr = Object.fromEntries(operations.map((name) => [name, send])) as unknown as SeqrCalls;
  const tell = async (terms: unknown) => {
    asked.push(terms);
    if (machineFault !== undefined) throw machineFault;
    return 'boot-0001';
  };
  const machines = { grant: tell, close: async (terms: unknown) => void (await tell(terms)) };
  let now = NOW;
  const prepare = async () => {
    now += preparedAfterMs;
    return INVOICE_DOCUMENT as never;
  };
  const invoices = { reservation: prepare, final: prepare, receipt: prepare };
  const performer = new ActPerformer(seqr, machines, invoices, { now: () => now }, principals);
  return {
    asked,
    as,
    perform: (purchase: Purchase, kind: ActKind) => performer.perform(purchase, { kind, dueAt: NOW }),
  };
}

const SEQR_ACTS = [
  ['sendInvoice', asking(), 'InvoiceFailed'],
  ['getPaymentStatus', waiting(), 'StatusUnread'],
  ['updateInvoice', settling(), 'UpdateFailed'],
  ['commitReservation', committing(), 'CommitFailed'],
  ['cancelInvoice', waiting(), 'CancelFailed'],
  ['submitPaymentReceipt', charged(), 'ReceiptFailed'],
] as const;

describe('a call to SEQR', () => {
  it.each(SEQR_ACTS)('%s says how it failed, and keeps the evidence', async (kind, { purchase }, type) => {
    for (const ending of [NOT_SENT, UNKNOWN]) {
      const { event, calls } = await performerWith(ending).perform(purchase, kind);

      expect(event).toMatchObject({ type, outcome: ending.outcome });
      expect(calls).toEqual([call]);
    }
    const { event } = await performerWith(REFUSED).perform(purchase, kind);
    expect(event).toMatchObject({ type, outcome: 'refused', resultCode: 90, detail: 'SYSTEM_ERROR' });
  });

  it.each(SEQR_ACTS)(
    '%s counts as refused when our own request was not fit to be sent',
    async (kind, { purchase }, type) => {
      const fault = new SeqrRequestError('TOO_LONG', 'title', 'is too long');
      const { event, calls } = await performerWith(fault).perform(purchase, kind);

      expect(event).toMatchObject({ type, outcome: 'refused', resultCode: 49 });
      expect(calls).toEqual([]);
    },
  );

  it.each([
    ['sendInvoice', asking()],
    ['updateInvoice', settling()],
    ['submitPaymentReceipt', charged()],
  ] as const)('%s does not leave when the server stood still while it prepared it', async (kind, { purchase }) => {
    const slow = performerWith(ANSWERED, undefined, undefined, 1_000);
    await slow.perform(purchase, kind);
    const stoodStill = performerWith(ANSWERED, undefined, undefined, 1_001);

    await expect(stoodStill.perform(purchase, kind)).rejects.toThrow(NotActingError);
    expect(slow.asked).toHaveLength(1);
    expect(stoodStill.asked).toEqual([]);
  });

  it.each(SEQR_ACTS)('%s is made as whoever issued the invoice', async (kind, { purchase }) => {
    const terminal = { type: 'TERMINALID', id: 'a terminal', password: 'its password' } as const;
    for (const principal of [terminal, undefined]) {
      const { as, perform } = performerWith(UNKNOWN, undefined, { of: async () => principal });
      await perform(purchase, kind);

      expect(as).toEqual([principal]);
    }
  });

  it.each(SEQR_ACTS)('%s is not made at all when nobody can make it', async (kind, { purchase }, type) => {
    const gone = new NoPrincipalError('the terminal is gone');
    const { asked, perform } = performerWith(ANSWERED, undefined, { of: () => Promise.reject(gone) });

    expect(await perform(purchase, kind)).toMatchObject({ event: { type, outcome: 'not-sent' }, calls: [] });
    expect(asked).toEqual([]);
  });

  it('lets a defect of our own be one', async () => {
    await expect(performerWith(new TypeError('a defect')).perform(waiting().purchase, 'cancelInvoice')).rejects.toThrow(
      TypeError,
    );
  });

  it.each([
    [
      'sendInvoice',
      asking(),
      { ...ANSWERED, invoiceReference: INVOICE },
      { type: 'InvoiceIssued', invoiceReference: INVOICE },
    ],
    ['updateInvoice', settling(), ANSWERED, { type: 'InvoiceUpdated' }],
    ['commitReservation', committing(), ANSWERED, { type: 'ReservationCommitted' }],
    ['cancelInvoice', waiting(), ANSWERED, { type: 'InvoiceCancelled' }],
    ['submitPaymentReceipt', charged(), ANSWERED, { type: 'ReceiptSubmitted' }],
  ] as const)('%s is answered', async (kind, { purchase }, ending, event) => {
    expect((await performerWith(ending).perform(purchase, kind)).event).toEqual(event);
  });

  it('commits the frozen amount in the currency of the purchase', async () => {
    const { asked, perform } = performerWith(ANSWERED);
    await perform(committing().purchase, 'commitReservation');

    expect(asked).toEqual([{ invoiceReference: INVOICE, amount: { minor: 180n, currency: 'EUR' } }]);
  });

  it('never commits what was not frozen, nor asks for an invoice that is not there', async () => {
    const { asked, perform } = performerWith(ANSWERED);

    await expect(perform(waiting().purchase, 'commitReservation')).rejects.toThrow('no frozen amount');
    await expect(perform(asking().purchase, 'getPaymentStatus')).rejects.toThrow('no invoice');
    expect(asked).toEqual([]);
  });

  it('asks for the status with the last version, which acknowledges it', async () => {
    const { asked, perform } = performerWith({ ...ANSWERED, status: 'ISSUED', version: 4 });
    const { event } = await perform({ ...waiting().purchase, invoiceVersion: 3 }, 'getPaymentStatus');

    expect(asked).toEqual([{ invoiceReference: INVOICE, invoiceVersion: 3 }]);
    expect(event).toEqual({
      type: 'StatusRead',
      status: 'ISSUED',
      invoiceVersion: 4,
      askedAt: NOW,
      totalMinor: null,
      ersReference: null,
    });
  });

  it.each([
    ['the total of the receipt', { minor: 180n, currency: 'EUR' }, 180n],
    ['no amount of ours for a receipt in another currency', { minor: 180n, currency: 'SEK' }, -1n],
  ])('reads %s', async (_, totalAmount, totalMinor) => {
    const paid = { ...ANSWERED, status: 'PAID', version: 5, ersReference: 'ers', receipt: { totalAmount } };
    const { event } = await performerWith(paid).perform(committing().purchase, 'getPaymentStatus');

    expect(event).toMatchObject({ status: 'PAID', totalMinor, ersReference: 'ers' });
  });
});

describe('a command to the machine', () => {
  it('grants what was reserved, at the prices of the scan', async () => {
    const { asked, perform } = performerWith(ANSWERED);
    const { event } = await perform(unlocking().purchase, 'sendGrant');

    expect(event).toEqual({ type: 'GrantSent', bootId: 'boot-0001' });
    expect(asked).toEqual([
      {
        machineId: 'machine-1',
        purchaseId: unlocking().purchase.id,
        grantNumber: 7,
        currency: 'EUR',
        exponent: 2,
        amountMinor: 2_000,
        prices: [
          { selection: 11, priceMinor: 180 },
          { selection: 12, priceMinor: 190 },
          { selection: 34, priceMinor: 450 },
        ],
        priceListVersion: 3,
        lifetimeMs: 300_000,
        selectionWindowMs: 60_000,
      },
    ]);
  });

  it.each([
    ['the machine is offline', new MachineOfflineError('offline'), { type: 'GrantNotSent', detail: 'offline' }],
    ['the broker is away', new NotConnectedError('away'), { type: 'GrantNotSent', detail: 'away' }],
    ['the presence cannot be read', new Error('no database'), { type: 'GrantNotSent', detail: 'no database' }],
    ['nobody knows whether it left', new UnsureIfSentError('boot-0001'), { type: 'GrantSent', bootId: 'boot-0001' }],
  ])('says what became of a grant when %s', async (_, fault, event) => {
    expect((await performerWith(ANSWERED, fault).perform(unlocking().purchase, 'sendGrant')).event).toEqual(event);
  });

  it('asks to close, and says when it could not', async () => {
    const { asked, perform } = performerWith(ANSWERED);

    expect((await perform(granted().purchase, 'closeGrant')).event).toEqual({ type: 'CloseSent' });
    expect(asked).toEqual([{ machineId: 'machine-1', purchaseId: granted().purchase.id, grantNumber: 7 }]);
    const failing = performerWith(ANSWERED, new NotConnectedError('away'));
    expect((await failing.perform(granted().purchase, 'closeGrant')).event).toMatchObject({ type: 'CloseNotSent' });
  });

  it('has nothing to do while it waits', async () => {
    const { asked, perform } = performerWith(ANSWERED);

    expect((await perform(granted().purchase, 'awaitMachine')).event).toEqual({ type: 'TimePassed' });
    expect(asked).toEqual([]);
  });
});
