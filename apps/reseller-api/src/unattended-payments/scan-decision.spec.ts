import type { LivePurchase } from '#fleet/machine-directory.js';
import type { Money } from '#purchase/money.js';

import { type MachineWithOffer, decideScan, withOffer } from './scan-decision.js';

const LIVE: LivePurchase = { id: 'p', state: 'INVOICED', requestKey: 'k', invoiceReference: 'r', notified: false };
const READY: MachineWithOffer = {
  id: 'machine-1',
  currency: 'EUR',
  outOfService: false,
  online: true,
  machineState: 'ready',
  reservationMaxMinor: 5000n,
  planogramId: 'planogram',
  priceListId: 'list',
  priceListVersion: 1,
  inStock: [11, 12],
  cheapestMinor: 150n,
  live: null,
};
const ENOUGH: Money = { minor: 2000n, currency: 'EUR' };

/** Causes of each answer; an earlier list always wins over a later one. */
const UNAVAILABLE: readonly (readonly [string, Partial<MachineWithOffer>])[] = [
  ['out of service', { outOfService: true }],
  ['offline', { online: false }],
  ['sold out', { cheapestMinor: null }],
  ['never heard of', { online: false, machineState: null }],
  ['disabled', { machineState: 'disabled' }],
  ['inactive', { machineState: 'inactive' }],
  ['without its adapter', { machineState: 'adapter-lost' }],
];
const HOLDS: readonly (readonly [string, Partial<MachineWithOffer>])[] = [
  ['free', {}],
  ['held by a purchase', { live: LIVE }],
  ['in use', { machineState: 'in-use' }],
  ['held and in use', { live: LIVE, machineState: 'in-use' }],
];
const OFFERS: readonly (readonly [string, Money | null])[] = [
  ['enough', ENOUGH],
  ['exactly the cheapest', { minor: 150n, currency: 'EUR' }],
  ['too little', { minor: 149n, currency: 'EUR' }],
  ['nothing', { minor: 0n, currency: 'EUR' }],
  ['another currency', { minor: 99_999n, currency: 'SEK' }],
  ['a currency that nobody has', null],
];
const BUYS = new Set(['enough', 'exactly the cheapest']);

describe('what a scan leads to', () => {
  it('is DEVICE_UNAVAILABLE for a token that no machine bears, whatever is offered', () => {
    for (const [, offer] of OFFERS) expect(decideScan(null, offer)).toEqual({ errorCode: 'DEVICE_UNAVAILABLE' });
  });

  it.each(UNAVAILABLE)(
    'is DEVICE_UNAVAILABLE for a machine that is %s, held or not, whatever is offered',
    (_, cause) => {
      for (const [, hold] of HOLDS) {
        for (const [, offer] of OFFERS) {
          expect(decideScan({ ...READY, ...hold, ...cause }, offer)).toEqual({ errorCode: 'DEVICE_UNAVAILABLE' });
        }
      }
    },
  );

  it.each(HOLDS)('of a machine that is %s comes before the offer is looked at', (name, hold) => {
    for (const [offerName, offer] of OFFERS) {
      const decision = decideScan({ ...READY, ...hold }, offer);
      if ('live' in hold) expect(decision).toEqual({ heldBy: LIVE });
      else if (name === 'in use') expect(decision).toEqual({ errorCode: 'DEVICE_IN_USE' });
      else if (BUYS.has(offerName)) expect(decision).toMatchObject({ reservedMinor: offer?.minor });
      else expect(decision).toEqual({ errorCode: 'INSUFFICIENT_FUNDS' });
    }
  });

  it('never reserves more than the machine may, nor more than was offered', () => {
    const offered: Money = { minor: 90_000n, currency: 'EUR' };

    expect(decideScan(READY, offered)).toEqual({ offeredMinor: 90_000n, reservedMinor: 5000n });
  });
});

describe('what a machine offers', () => {
  const PRICES = new Map([
    [11, 250n],
    [12, 180n],
    [13, 90n],
  ]);

  it.each([
    ['the cheapest of what is in stock', [11, 12], 180n],
    ['nothing when it is sold out', [], null],
    ['nothing that has no price', [99], null],
    ['what has a price beside what has none', [99, 11], 250n],
  ])('is %s', (_, inStock, cheapestMinor) => {
    expect(withOffer({ ...READY, inStock }, PRICES).cheapestMinor).toBe(cheapestMinor);
  });
});
