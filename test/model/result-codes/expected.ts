import type { ReviewReason, State } from '#purchase/reserve-first/purchase.js';

import type { Place } from './places.js';

export interface Expected {
  readonly state: State;
  readonly cases: readonly ReviewReason[];
  /** What SEQR took in the end. */
  readonly paid: bigint;
}

const REJECTED_AMOUNT = 11;
const INVALID_INVOICE_DATA = 49;
const INVALID_INVOICE_REFERENCE = 54;
const INVALID_NOTIFICATION_URL = 64;
const UNSUPPORTED_OPERATION = 91;

/** What no other try can change, by the meaning that SEQR's API page gives these codes. */
const HOPELESS_AMOUNTS = [REJECTED_AMOUNT, INVALID_INVOICE_DATA];
const HOPELESS_ROWS = [...HOPELESS_AMOUNTS, INVALID_NOTIFICATION_URL, UNSUPPORTED_OPERATION];

/** How a purchase must end when one call of it, the one at `place`, is answered with nothing but `code`. */
export function expectedOf(place: Place, code: number, acted: boolean): Expected {
  const charged: Expected = { state: 'COMMITTED', cases: [], paid: 180n };
  switch (place.name) {
    case 'sendInvoice':
      // Without a reference there is nothing to go on with. The payer of an invoice that was made all the same is told
      // of by its notification, and a person sees to it that SEQR reverses.
      return { state: 'REFUSED', cases: acted ? ['orphan-invoice'] : [], paid: 0n };
    case 'updateInvoice':
      return afterUpdate(code, acted, charged);
    case 'commitReservation':
      if (HOPELESS_AMOUNTS.includes(code)) {
        return { state: 'REVIEW', cases: ['not-settled'], paid: acted ? 180n : 0n };
      }
      // "Done", and it never was: never committed again blindly.
      return code === 0 && !acted ? { state: 'REVIEW', cases: ['not-settled'], paid: 0n } : charged;
    case 'getPaymentStatus after the release':
    case 'getPaymentStatus after that cancel':
      if (code === INVALID_INVOICE_REFERENCE) return { state: 'REVIEW', cases: ['lying-invoice'], paid: 0n };
      return { state: place.leadsTo, cases: [], paid: 0n };
    case 'cancelInvoice of a reservation':
    case 'cancelInvoice of what nobody confirmed':
      return { state: place.leadsTo, cases: [], paid: 0n };
    default:
      return charged;
  }
}

/** The sandbox commits what the last update said and nothing else: an update that is left out is a commit refused. */
function afterUpdate(code: number, acted: boolean, charged: Expected): Expected {
  if (HOPELESS_ROWS.includes(code)) {
    return acted
      ? { ...charged, cases: ['update-refused'] }
      : { state: 'REVIEW', cases: ['update-refused', 'not-settled'], paid: 0n };
  }
  return code === 0 && !acted ? { state: 'REVIEW', cases: ['not-settled'], paid: 0n } : charged;
}
