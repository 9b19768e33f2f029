import { Configuration } from '#platform/configuration.js';
import { LINK_DELAY_MS } from '#purchase/reserve-first/unlocking.js';

import { termsOf } from './terms.js';

const termsWith = (changes: Partial<Configuration>) => termsOf(Object.assign(new Configuration(), changes));

/** SEQR API page, getPaymentStatus: a payment nobody asks about is reversed after this. */
const SEQR_WAITS_MS = 20_000;

describe('the terms of a purchase', () => {
  it('are those of the configuration', () => {
    expect(termsWith({})).toMatchObject({
      paymentMode: 'RESERVATION_REQUIRED',
      confirmWithinMs: 90_000,
      pollEveryMs: 3_000,
      selectionWindowMs: 60_000,
      reservationLifetimeMs: 900_000,
    });
  });

  it.each([300, 600, 900, 86_400])(
    'let the machine be open only while a reservation of %i seconds can still be committed',
    (seconds) => {
      const terms = termsWith({ COMMIT_RESERVATION_TIMEOUT_S: seconds });
      const openAtMost = terms.unlockWithinMs + LINK_DELAY_MS + terms.grantLifetimeMs;

      expect(SEQR_WAITS_MS + openAtMost + terms.settleMarginMs).toBeLessThanOrEqual(terms.reservationLifetimeMs);
      expect(terms.grantLifetimeMs).toBeGreaterThanOrEqual(60_000);
    },
  );

  it('look often enough to find a confirmation before SEQR reverses it, even when a look fails', () => {
    const slowest = termsWith({ POLL_EVERY_S: 10 });
    const oneCallMs = 6_000;

    expect(slowest.pollEveryMs + oneCallMs).toBeLessThan(SEQR_WAITS_MS);
  });
});
