import type { LivePurchase, MachineAtScan } from '#fleet/machine-directory.js';
import type { Money } from '#purchase/money.js';

/** What a scan leads to, before SEQR is asked. */
export type ScanDecision =
  | { readonly errorCode: 'DEVICE_UNAVAILABLE' | 'DEVICE_IN_USE' | 'INSUFFICIENT_FUNDS' }
  /** Held by a purchase: the same request again gets the same answer, everybody else DEVICE_IN_USE. */
  | { readonly heldBy: LivePurchase }
  | { readonly offeredMinor: bigint; readonly reservedMinor: bigint };

export interface MachineWithOffer extends MachineAtScan {
  /** The cheapest thing that can be bought now; null when sold out. */
  readonly cheapestMinor: bigint | null;
}

/** @param prices selection → price. What is in stock and has no price is not for sale. */
export function withOffer(machine: MachineAtScan, prices: ReadonlyMap<number, bigint>): MachineWithOffer {
  const offered = machine.inStock.flatMap((selection) => prices.get(selection) ?? []);
  const [first, ...others] = offered;
  const cheapestMinor = first === undefined ? null : others.reduce((least, one) => (one < least ? one : least), first);
  return { ...machine, cheapestMinor };
}

/**
 * The order of the answers is fixed and total (I22): a machine that cannot sell, a machine that is taken, an offer that
 * buys nothing.
 *
 * @param machine null for a token that no machine bears. @param offered null for a currency that nobody has.
 */
export function decideScan(machine: MachineWithOffer | null, offered: Money | null): ScanDecision {
  if (machine === null || !canSell(machine) || machine.cheapestMinor === null) {
    return { errorCode: 'DEVICE_UNAVAILABLE' };
  }
  if (machine.live !== null) return { heldBy: machine.live };
  // A session that nobody paid for here: cash, or a grant that is still running out.
  if (machine.machineState === 'in-use') return { errorCode: 'DEVICE_IN_USE' };
  if (offered === null || offered.currency !== machine.currency || offered.minor < machine.cheapestMinor) {
    return { errorCode: 'INSUFFICIENT_FUNDS' };
  }
  const reservedMinor = offered.minor < machine.reservationMaxMinor ? offered.minor : machine.reservationMaxMinor;
  return { offeredMinor: offered.minor, reservedMinor };
}

/** Sold out counts as out of order: whoever scans can do nothing about either. */
function canSell(machine: MachineAtScan): boolean {
  if (machine.outOfService || !machine.online) return false;
  return machine.machineState === 'ready' || machine.machineState === 'in-use';
}
