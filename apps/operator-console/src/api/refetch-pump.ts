import type { LiveNotice } from '#fleet/operator-views.js';

import { keys } from './keys.js';
import type { Timers } from './live-stream.js';

/** Notices of one step come in bursts; a person sees no difference within this time. */
const GATHER_MS = 150;

/** What a notice may have changed. */
export function touchedBy(notice: LiveNotice): readonly (readonly string[])[] {
  if (notice.kind === 'machine') return [keys.machines];
  return [keys.machines, keys.purchases, keys.purchase(notice.purchaseId)];
}

/**
 * Turns a stream of notices into as few refetches as possible: what comes in a burst is fetched together, and nothing
 * is fetched anew before the last fetch has ended. A slow server is not asked more often because its fleet is busy,
 * and no notice is lost.
 *
 * @param refetch fetches everything under the given keys; its promise settles when that is done.
 */
export function createRefetchPump(
  refetch: (touched: readonly (readonly string[])[]) => Promise<unknown>,
  timers: Timers,
): (notice: LiveNotice) => void {
  // Bounded by what exists to be seen: one entry per query key.
  let gathered = new Map<string, readonly string[]>();
  let busy = false;

  const flush = async () => {
    while (gathered.size > 0) {
      const touched = [...gathered.values()];
      gathered = new Map();
      await refetch(touched).catch(() => undefined); // The query shows its own error.
    }
    busy = false;
  };

  return (notice) => {
    for (const key of touchedBy(notice)) gathered.set(key.join('/'), key);
    if (busy) return;
    busy = true;
    timers.after(GATHER_MS, () => void flush());
  };
}
