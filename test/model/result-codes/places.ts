import { accepted, closed, dispensed, selected } from '#purchase/testing/happenings.js';
import { TERMS } from '#purchase/testing/visit.js';
import type { FaultTarget } from '#seqr-sandbox/faults.js';

import type { Behaviour, Shop } from './shop.js';

/** One item for 1.80 comes out, and the machine locks. */
export const SELLS: Behaviour = [accepted, selected(1, 11), dispensed(1), closed(1, 180n)];
/** The payer walks away. */
export const SELLS_NOTHING: Behaviour = [accepted, closed(0, 0n)];

/** A call in the life of a purchase: what goes before it is ordered, what comes after it is as it comes. */
export interface Place {
  readonly name: string;
  readonly operation: FaultTarget;
  /** How the purchase ends when nothing goes wrong. */
  readonly leadsTo: 'COMMITTED' | 'RELEASED' | 'CANCELLED';
  /** Leads a purchase to the call and past it. `order` makes the next such call meet its fate. */
  readonly lead: (shop: Shop, order: () => void) => Promise<void>;
}

/** The scan, and the payer is quick. */
async function buy(shop: Shop, behaviour: Behaviour): Promise<void> {
  shop.machine = behaviour;
  await shop.scan();
  await shop.confirm();
}

/** Each call that a purchase makes, in each of its roles. */
export const PLACES: readonly Place[] = [
  {
    name: 'sendInvoice',
    operation: 'sendInvoice',
    leadsTo: 'COMMITTED',
    lead: async (shop, order) => {
      order();
      await buy(shop, SELLS);
    },
  },
  {
    name: 'getPaymentStatus when the payer has confirmed',
    operation: 'getPaymentStatus',
    leadsTo: 'COMMITTED',
    lead: async (shop, order) => {
      order();
      await buy(shop, SELLS);
    },
  },
  {
    name: 'updateInvoice',
    operation: 'updateInvoice',
    leadsTo: 'COMMITTED',
    lead: async (shop, order) => {
      order();
      await buy(shop, SELLS);
    },
  },
  {
    name: 'commitReservation',
    operation: 'commitReservation',
    leadsTo: 'COMMITTED',
    lead: async (shop, order) => {
      order();
      await buy(shop, SELLS);
    },
  },
  {
    name: 'getPaymentStatus after the commit',
    operation: 'getPaymentStatus',
    leadsTo: 'COMMITTED',
    lead: async (shop, order) => {
      await buy(shop, SELLS.slice(0, -1));
      order();
      await shop.hears(...SELLS.slice(-1));
    },
  },
  {
    name: 'submitPaymentReceipt',
    operation: 'submitPaymentReceipt',
    leadsTo: 'COMMITTED',
    lead: async (shop, order) => {
      order();
      await buy(shop, SELLS);
    },
  },
  {
    name: 'cancelInvoice of a reservation',
    operation: 'cancelInvoice',
    leadsTo: 'RELEASED',
    lead: async (shop, order) => {
      order();
      await buy(shop, SELLS_NOTHING);
    },
  },
  {
    name: 'getPaymentStatus after the release',
    operation: 'getPaymentStatus',
    leadsTo: 'RELEASED',
    lead: async (shop, order) => {
      await buy(shop, SELLS_NOTHING.slice(0, -1));
      order();
      await shop.hears(...SELLS_NOTHING.slice(-1));
    },
  },
  {
    name: 'cancelInvoice of what nobody confirmed',
    operation: 'cancelInvoice',
    leadsTo: 'CANCELLED',
    lead: async (shop, order) => {
      order();
      await shop.scan();
    },
  },
  {
    name: 'getPaymentStatus after that cancel',
    operation: 'getPaymentStatus',
    leadsTo: 'CANCELLED',
    lead: async (shop, order) => {
      await shop.scan();
      // The last poll before the window ends is over; the next status belongs to the cancel.
      await shop.pass(TERMS.confirmWithinMs - 1);
      order();
    },
  },
];
