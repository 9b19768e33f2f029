import type { AmountView, VendView } from '#fleet/operator-views.js';

import type { Random } from './random.js';
import { answered, type Beat, step } from './script.js';

const eur = (cents: number): AmountView => ({
  amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
  currency: 'EUR',
});

export const RESERVED = eur(2_000);

const PRODUCTS = [
  { selection: 11, product: 'Still water 0.5 l', cents: 120 },
  { selection: 14, product: 'Cola 0.33 l', cents: 180 },
  { selection: 23, product: 'Salted peanuts', cents: 210 },
  { selection: 32, product: 'Cheese roll', cents: 450 },
  { selection: 41, product: 'Cinnamon bun', cents: 295 },
] as const;

export type Ending = 'bought' | 'jammed' | 'nothing-chosen' | 'not-confirmed' | 'refused' | 'review';

/** The steps of one purchase that ends so. */
export function scenario(ending: Ending, random: Random): readonly Beat[] {
  if (ending === 'refused') return refused(random);
  const reference = `2026112${random.between(1_000_000_000, 9_999_999_999)}`;
  const invoiced = invoice(reference, random);
  const paidAt = random.between(6_000, 14_000);
  if (ending === 'not-confirmed') return [...invoiced, ...notConfirmed()];
  const reserved = [...invoiced, ...reservation(paidAt), ...unlock(paidAt + 500, random.between(120, 4_000))];
  const chosenAt = paidAt + random.between(5_000, 9_000);
  if (ending === 'nothing-chosen') return [...reserved, ...released(chosenAt + 20_000)];
  if (ending === 'jammed')
    return [...reserved, ...vend(1, chosenAt, PRODUCTS[3], 'failed'), ...released(chosenAt + 6_000)];

  const count = random.oneOf([1, 1, 2, 3]);
  const items = Array.from({ length: count }, () => random.oneOf(PRODUCTS));
  const vends = items.flatMap((item, index) => vend(index + 1, chosenAt + index * 9_000, item, 'dispensed'));
  const closedAt = chosenAt + count * 9_000 + 1_500;
  const cents = items.reduce((total, item) => total + item.cents, 0);
  return [
    ...reserved,
    ...vends,
    ...(ending === 'review' ? unknownCommit(closedAt, cents) : commit(closedAt, cents, random)),
  ];
}

function invoice(reference: string, random: Random): readonly Beat[] {
  const tookMs = random.between(90, 240);
  return [
    {
      atMs: 0,
      entry: step('scan', 'neutral', 'QR code scanned', 'SEQR asked for a purchase of up to 20.00 EUR', [
        'createPurchase: maxAmount 20.00 EUR',
      ]),
    },
    {
      atMs: tookMs + 11,
      entry: step('invoice', 'neutral', 'Invoice sent', `SEQR gave it the reference ${reference}`, [
        `sendInvoice: 0 SUCCESS in ${tookMs} ms`,
      ]),
      call: answered('sendInvoice', tookMs, 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT, 20.00 EUR'),
      set: { state: 'INVOICED', stateLabel: 'Waiting for the payer', invoiceReference: reference },
    },
  ];
}

function reservation(atMs: number): readonly Beat[] {
  return [
    {
      atMs,
      entry: step('notification', 'neutral', 'SEQR says that something changed', 'A hint only: the status decides'),
    },
    {
      atMs: atMs + 148,
      entry: step('status', 'neutral', 'Status asked', 'RESERVED', [
        'getPaymentStatus: 0 SUCCESS in 131 ms',
        'status RESERVED, version 1',
      ]),
      call: answered('getPaymentStatus', 131, 'RESERVED, version 1'),
    },
    {
      atMs: atMs + 155,
      entry: step('reservation', 'good', 'Reservation confirmed', '20.00 EUR are held for 10 minutes'),
      set: { state: 'UNLOCKING', stateLabel: 'Unlocking the machine' },
    },
  ];
}

function unlock(atMs: number, grant: number): readonly Beat[] {
  return [
    { atMs: atMs - 320, entry: step('grant', 'neutral', `Grant ${grant} given`, 'For this start of the machine only') },
    {
      atMs,
      entry: step('unlock', 'good', 'Machine unlocked', 'The payer may choose for 60 s', [
        '> C,START,20.00',
        '< c,STATUS,IDLE,20.00',
      ]),
      set: { state: 'UNLOCKED', stateLabel: 'Payer is choosing', grantNumber: grant },
    },
  ];
}

function vend(
  number: number,
  atMs: number,
  item: (typeof PRODUCTS)[number],
  result: 'dispensed' | 'failed',
): readonly Beat[] {
  const price = eur(item.cents);
  const view = (now: VendView['result']): VendView => ({
    number,
    selection: item.selection,
    product: item.product,
    price,
    result: now,
  });
  const came = result === 'dispensed';
  return [
    {
      atMs,
      entry: step(
        'selection',
        'neutral',
        `Selection ${item.selection} chosen`,
        `${item.product}, ${price.amount} EUR`,
        [`< c,STATUS,VEND,${price.amount},${item.selection}`, `> C,VEND,${price.amount}`],
      ),
      vend: view('selected'),
    },
    {
      atMs: atMs + 3_400,
      entry: step(
        'vend',
        came ? 'good' : 'warning',
        came ? `${item.product} dispensed` : `${item.product} was not dispensed`,
        came ? null : 'The machine reports a failed vend; nothing is charged for it',
        [came ? '< c,VEND,SUCCESS' : '< c,ERR,"VEND 3",FAILED'],
      ),
      vend: view(result),
    },
  ];
}

function close(atMs: number, label: string): Beat {
  return {
    atMs,
    entry: step('close', 'neutral', 'Session closed, machine locked', null, ['> C,STOP', '< c,STATUS,INACTIVE']),
    set: { state: 'SETTLING', stateLabel: label },
  };
}

function commit(atMs: number, cents: number, random: Random): readonly Beat[] {
  const charged = eur(cents);
  const receipt = String(random.between(10_000_000, 99_999_999));
  return [
    close(atMs, 'Settling'),
    {
      atMs: atMs + 180,
      entry: step('update', 'neutral', 'Invoice updated', `What was dispensed: ${charged.amount} EUR`, [
        'updateInvoice: 0 SUCCESS in 162 ms',
      ]),
      call: answered('updateInvoice', 162, `${charged.amount} EUR`),
    },
    {
      atMs: atMs + 420,
      entry: step('commit', 'good', `${charged.amount} EUR charged`, 'Exactly what came out', [
        'commitReservation: 0 SUCCESS in 224 ms',
      ]),
      call: answered('commitReservation', 224, `${charged.amount} EUR`),
    },
    {
      atMs: atMs + 610,
      entry: step('receipt', 'neutral', 'Payment confirmed', `ERS reference ${receipt}`, [
        'getPaymentStatus: 0 SUCCESS in 118 ms',
        'status PAID, version 3',
      ]),
      call: answered('getPaymentStatus', 118, 'PAID, version 3'),
    },
    {
      atMs: atMs + 615,
      entry: step('end', 'good', 'Purchase complete', `${eur(2_000 - cents).amount} EUR released`),
      set: {
        state: 'COMMITTED',
        stateLabel: 'Charged',
        tone: 'good',
        isOver: true,
        committed: charged,
        released: eur(2_000 - cents),
        ersReference: receipt,
      },
    },
  ];
}

function released(atMs: number): readonly Beat[] {
  return [
    close(atMs, 'Giving the money back'),
    {
      atMs: atMs + 240,
      entry: step('release', 'neutral', 'Reservation given back', 'Nothing came out, nothing is charged', [
        'cancelInvoice: 0 SUCCESS in 210 ms',
      ]),
      call: answered('cancelInvoice', 210),
    },
    {
      atMs: atMs + 260,
      entry: step('end', 'neutral', 'Purchase ended without a charge'),
      set: { state: 'RELEASED', stateLabel: 'Nothing charged', tone: 'neutral', isOver: true, released: RESERVED },
    },
  ];
}

function notConfirmed(): readonly Beat[] {
  return [
    {
      atMs: 60_000,
      entry: step('release', 'neutral', 'Invoice cancelled', 'The payer did not confirm within 60 s', [
        'cancelInvoice: 0 SUCCESS in 140 ms',
      ]),
      call: answered('cancelInvoice', 140),
    },
    {
      atMs: 60_020,
      entry: step('end', 'neutral', 'Purchase ended', 'Nothing was reserved'),
      set: { state: 'CANCELLED', stateLabel: 'Not confirmed', tone: 'neutral', isOver: true },
    },
  ];
}

function refused(random: Random): readonly Beat[] {
  const tookMs = random.between(80, 200);
  return [
    { atMs: 0, entry: step('scan', 'neutral', 'QR code scanned', 'SEQR asked for a purchase of up to 20.00 EUR') },
    {
      atMs: tookMs,
      entry: step('invoice', 'bad', 'SEQR refused the invoice', '33: the terminal or reseller is not active', [
        `sendInvoice: 33 INVALID_INITIATOR_PRINCIPAL_STATE in ${tookMs} ms`,
      ]),
      call: {
        operation: 'sendInvoice',
        durationMs: tookMs,
        outcome: 'refused',
        resultCode: 33,
        resultName: 'INVALID_INITIATOR_PRINCIPAL_STATE',
        detail: 'the terminal or reseller is not active',
      },
      set: { state: 'REFUSED', stateLabel: 'Refused by SEQR', tone: 'bad', isOver: true },
    },
  ];
}

function unknownCommit(atMs: number, cents: number): readonly Beat[] {
  const amount = eur(cents);
  return [
    close(atMs, 'Settling'),
    {
      atMs: atMs + 10_200,
      entry: step(
        'commit',
        'warning',
        'No answer to the commit',
        'The outcome is unknown: it is looked up, not repeated',
        ['commitReservation: no answer within 10.0 s'],
      ),
      call: {
        operation: 'commitReservation',
        durationMs: 10_000,
        outcome: 'unknown',
        resultCode: null,
        resultName: null,
        detail: 'no answer within 10.0 s',
      },
    },
    {
      atMs: atMs + 20_600,
      entry: step('status', 'warning', 'Status asked', 'SEQR is not available', [
        'getPaymentStatus: 94 SERVICE_UNAVAILABLE in 310 ms',
      ]),
      call: {
        operation: 'getPaymentStatus',
        durationMs: 310,
        outcome: 'refused',
        resultCode: 94,
        resultName: 'SERVICE_UNAVAILABLE',
        detail: 'the service, or the bank behind it, is down',
      },
    },
    {
      atMs: atMs + 20_700,
      entry: step('review', 'bad', 'A person has to decide', `Whether ${amount.amount} EUR were charged is not known`),
      set: { state: 'REVIEW', stateLabel: 'Needs review', tone: 'bad', isOver: true },
      review: {
        reason: 'The commit was not answered and SEQR could not be asked before the reservation ended.',
        amount,
      },
    },
  ];
}
