import type { Grant, MachineEventBody } from '#machine-protocol/messages.js';

import type { MachineStatus } from '../adapters/adapter.js';
import { type GrantKey, type Ledger } from './ledger.js';

/** What this bridge sells: one machine, one boot, one currency. */
export interface House {
  readonly bootId: string;
  readonly currency: string;
  readonly exponent: number;
}

export interface Refusal {
  readonly reason: Extract<MachineEventBody, { type: 'grant.refused' }>['reason'];
  readonly detail?: string;
}

/**
 * Why this grant must not be acted on, or undefined when it may (invariant I2). Repeats of a known grant are answered
 * before this is asked.
 *
 * @param obstacle in words, why no sale may begin although the machine is ready: a full journal
 */
export function refusalOf(
  grant: Grant,
  known: Ledger,
  house: House,
  machine: MachineStatus,
  obstacle: string | undefined,
): Refusal | undefined {
  if (grant.bootId !== house.bootId) return { reason: 'other-boot' };
  if (grant.grantNumber <= known.highestGrant) {
    return { reason: 'old-number', detail: `number ${known.highestGrant} was seen` };
  }
  if (known.open !== undefined) return { reason: 'in-use' };
  const flaw = flawOf(grant, house);
  if (flaw !== undefined) return { reason: 'bad-grant', detail: flaw };
  if (obstacle !== undefined) return { reason: 'not-ready', detail: obstacle };
  if (machine !== 'enabled') return { reason: 'not-ready', detail: `the machine is ${machine}` };
  return undefined;
}

function flawOf(grant: Grant, house: House): string | undefined {
  if (grant.currency !== house.currency || grant.exponent !== house.exponent) {
    return `this machine sells in ${house.currency} with ${house.exponent} decimals`;
  }
  const selections = new Set(grant.prices.map(({ selection }) => selection));
  if (selections.size !== grant.prices.length) return 'a selection has two prices';
  return undefined;
}

export interface Selected {
  readonly selection: number;
  readonly machinePriceMinor: number;
}

export type Verdict =
  | { readonly approvedMinor: number }
  | { readonly denied: NonNullable<Extract<MachineEventBody, { type: 'vend.selected' }>['denied']> };

/**
 * May this be sold? The grant's own price list decides (invariant I14): a machine that asks another price is denied,
 * as the payer would be charged what the machine does not show. The sum of all approvals stays within the grant.
 */
export function judge(grant: Grant, spentMinor: number, { selection, machinePriceMinor }: Selected): Verdict {
  const price = grant.prices.find((entry) => entry.selection === selection)?.priceMinor;
  if (price === undefined) return { denied: 'unknown-selection' };
  if (price !== machinePriceMinor) return { denied: 'price-differs' };
  if (price > grant.amountMinor - spentMinor) return { denied: 'over-amount' };
  return { approvedMinor: price };
}

export function keyOf({ purchaseId, grantNumber }: GrantKey): GrantKey {
  return { purchaseId, grantNumber };
}
