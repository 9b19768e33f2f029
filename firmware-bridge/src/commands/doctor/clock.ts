import { existsSync } from 'node:fs';

import type { Clock } from '../../clock.js';
import type { Finding } from './finding.js';

/** No computer with this software is older. A Raspberry Pi without network starts in 1970 or at its last shutdown. */
const FIRST_YEAR = 2026;

/** How long the two clocks are compared, and how far they may be apart afterwards. */
const COMPARED_MS = 500;
const APART_MAX_MS = 200;

/** systemd-timesyncd touches this when it has the time from a server. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';

/** Clock of this computer. Sales do not depend on it, but the times in every report do. */
export async function checkClock(clock: Clock, synchronised = existsSync(SYNCHRONISED)): Promise<Finding> {
  const name = 'clock';
  const startedAt = { wall: clock.wallTime().getTime(), monotonic: clock.monotonicMs() };
  await new Promise<void>((resolve) => void clock.after(COMPARED_MS, resolve));
  const now = clock.wallTime();
  const found = now.toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
  const advice =
    'Connect the computer to the network and switch time synchronisation on: sudo timedatectl set-ntp true.';
  if (now.getUTCFullYear() < FIRST_YEAR) return { name, well: false, found: `${found} cannot be right`, advice };
  const apart = now.getTime() - startedAt.wall - (clock.monotonicMs() - startedAt.monotonic);
  if (Math.abs(apart) > APART_MAX_MS) {
    return { name, well: false, found: `${found}, and jumped by ${Math.round(apart)} ms while it was watched`, advice };
  }
  const source = synchronised ? 'synchronised over the network' : 'not known to be synchronised';
  return { name, well: true, found: `${found}, runs evenly, ${source}; not compared with the server's` };
}
