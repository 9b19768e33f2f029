import type { State } from '#purchase/reserve-first/purchase.js';
import { TRANSITIONS } from '#purchase/reserve-first/transitions-allowed.js';

/** "NEW → INVOICED" and so on: what a campaign has to have seen. */
export const ALL_TRANSITIONS: readonly string[] = Object.entries(TRANSITIONS).flatMap(([from, to]) =>
  to.map((state) => `${from} → ${state}`),
);

/** Over in the eyes of whoever waits for the machine or the money. */
export const FINAL_STATES: ReadonlySet<State> = new Set(['COMMITTED', 'RELEASED', 'CANCELLED', 'REFUSED', 'REVIEW']);
