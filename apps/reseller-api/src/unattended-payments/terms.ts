import type { Configuration } from '#platform/configuration.js';
import type { Terms } from '#purchase/reserve-first/purchase.js';
import { LINK_DELAY_MS } from '#purchase/reserve-first/unlocking.js';

/** The machine answers a grant within a second or two; a slow serial adapter within ten. */
const UNLOCK_WITHIN_MS = 15_000;
/** Update, commit and a few repeats of each, at six seconds a call. */
const SETTLE_MARGIN_MS = 120_000;
/** SEQR reverses what is not asked about within 20 s: a reservation may be this much older than we know. */
const RESERVATION_SEEN_WITHIN_MS = 20_000;
/** Several items take a while; beyond this a payer has walked away. */
const GRANT_LIFETIME_MAX_MS = 300_000;

/** The terms of a purchase that starts now. The grant ends well before the reservation does (I5). */
export function termsOf(configuration: Configuration): Terms {
  const reservationLifetimeMs = configuration.COMMIT_RESERVATION_TIMEOUT_S * 1_000;
  const roomMs =
    reservationLifetimeMs - UNLOCK_WITHIN_MS - LINK_DELAY_MS - SETTLE_MARGIN_MS - RESERVATION_SEEN_WITHIN_MS;
  return {
    paymentMode: configuration.PAYMENT_MODE,
    confirmWithinMs: configuration.CONFIRM_WITHIN_S * 1_000,
    pollEveryMs: configuration.POLL_EVERY_S * 1_000,
    unlockWithinMs: UNLOCK_WITHIN_MS,
    selectionWindowMs: configuration.SELECTION_WINDOW_S * 1_000,
    grantLifetimeMs: Math.min(roomMs, GRANT_LIFETIME_MAX_MS),
    reservationLifetimeMs,
    settleMarginMs: SETTLE_MARGIN_MS,
  };
}
