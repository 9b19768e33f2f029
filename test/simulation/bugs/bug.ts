import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import { step } from '#purchase/reserve-first/lifecycle.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import type { Step } from '#purchase/reserve-first/step.js';

import type { Sabotage } from '../world/sabotage.js';

/** A mistake that somebody could make, and that the simulation has to find. */
export interface Bug {
  /** What the product would do, in words. */
  readonly name: string;
  readonly sabotage: Sabotage;
}

/** What a mistaken lifecycle makes of an event; undefined where it is not mistaken. */
type Mistake = (purchase: Purchase, event: PurchaseEvent, now: number) => Step | undefined;

export function mistakenStep(name: string, mistake: Mistake): Bug {
  return {
    name,
    sabotage: { step: (purchase, event, now) => mistake(purchase, event, now) ?? step(purchase, event, now) },
  };
}

/** The lifecycle hears something else than what happened. */
export function misheard(name: string, hear: (event: PurchaseEvent, purchase: Purchase) => PurchaseEvent): Bug {
  return { name, sabotage: { step: (purchase, event, now) => step(purchase, hear(event, purchase), now) } };
}

/** The lifecycle does what it should, and something is changed in what comes out. */
export function twisted(
  name: string,
  twist: (after: Step, before: Purchase, event: PurchaseEvent, now: number) => Step,
): Bug {
  return {
    name,
    sabotage: { step: (purchase, event, now) => twist(step(purchase, event, now), purchase, event, now) },
  };
}

export function withChanges({ purchase, cases }: Step, changes: Partial<Purchase>): Step {
  return { purchase: { ...purchase, ...changes }, cases };
}
