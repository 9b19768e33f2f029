import type { StandSettings } from '../kit/stand.js';

/** What the demonstration's machine sells. */
export const DEMO_GOODS: Pick<StandSettings, 'goods' | 'currency' | 'exponent'> = {
  goods: [
    { selection: 11, priceMinor: 110 },
    { selection: 12, priceMinor: 120 },
    { selection: 13, priceMinor: 130 },
  ],
  currency: 'EUR',
  exponent: 2,
};

/** Long enough for a busy computer; what passes never takes as long. */
export const WAITS = { patienceMs: 15_000, repeatWithinMs: 15_000, comesWithinMs: 30_000 };
