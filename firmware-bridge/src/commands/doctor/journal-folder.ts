import { closeSync, existsSync, fdatasyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import type { Clock } from '../../clock.js';
import { peekJournal } from '../../journal/peek.js';
import type { Finding } from './finding.js';

/** A full journal takes some 10 MB, and as much again while it is written anew. */
const FREE_MIN_BYTES = 50_000_000;

/** A vend waits for two or three syncs; the machine waits 5 s at least (MDB/ICP 4.2, maximum response time). */
const SYNC_MAX_MS = 500;
const SYNCS = 5;

/** Can the journal be written here, and fast enough? Where the folder is missing: can the bridge make it? */
export function checkFolder(dir: string, clock: Pick<Clock, 'monotonicMs'>): Finding {
  const name = 'disk';
  const { username } = userInfo();
  const place = nearest(dir);
  let slowest: number;
  let free: number;
  try {
    slowest = slowestSync(join(place, '.doctor'), clock);
    const { bavail, bsize } = statfsSync(place);
    free = bavail * bsize;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const advice =
      code === 'ENOSPC'
        ? 'Make room on the disk.'
        : `Give the folder to the user of the bridge (sudo install -d -o ${username} -m 700 ${dir}); is the disk mounted read-only?`;
    return { name, well: false, found: `${username} cannot write in ${place} (${code})`, advice };
  }
  const able = place === dir ? `${dir} can be written by ${username}` : `${username} can make ${dir}`;
  const found = `${able}, ${Math.floor(free / 1_000_000)} MB free, slowest of ${SYNCS} syncs ${slowest.toFixed(1)} ms`;
  if (free < FREE_MIN_BYTES) return { name, well: false, found, advice: 'Make room: 50 MB at least.' };
  if (slowest > SYNC_MAX_MS) {
    return { name, well: false, found, advice: 'The disk is worn or overloaded: replace the SD card.' };
  }
  return { name, well: true, found };
}

/** The folder itself, or the one in which the bridge would make it. */
function nearest(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearest(dirname(dir));
}

function slowestSync(probe: string, clock: Pick<Clock, 'monotonicMs'>): number {
  const fd = openSync(probe, 'w', 0o600);
  try {
    const times = Array.from({ length: SYNCS }, () => {
      writeSync(fd, 'as long as a line of the journal '.repeat(10));
      const startedAt = clock.monotonicMs();
      fdatasyncSync(fd);
      return clock.monotonicMs() - startedAt;
    });
    return Math.max(...times);
  } finally {
    closeSync(fd);
    rmSync(probe, { force: true });
  }
}

/** What the journal holds; it is only read. */
export function checkJournal(dir: string, machineId: string): Finding {
  const name = 'journal';
  const not = (found: string, advice: string): Finding => ({ name, well: false, found, advice });
  try {
    const view = peekJournal(dir);
    if (view === undefined) return { name, well: true, found: 'none yet; the bridge makes it at its first start' };
    if (view.machineId !== undefined && view.machineId !== machineId) {
      return not(
        `belongs to machine ${view.machineId}, not to ${machineId}`,
        'Set machineId right, or give this machine a journalDir of its own. Do not delete a journal: it may hold sales.',
      );
    }
    if (view.machineId === undefined || view.brokenLines > 0) {
      return not(
        'has lines that cannot be read',
        'Start the bridge: it saves what is left, keeps the old file as journal.damaged and reports it. Then replace the disk.',
      );
    }
    const open = view.open === undefined ? 'no grant is open' : `the grant of purchase ${view.open.purchaseId} is open`;
    return { name, well: true, found: `${view.unacknowledged} events wait for the server, ${open}` };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return not(`cannot be read (${code})`, 'Run the doctor as the user of the bridge: sudo -u vendrail-bridge.');
  }
}
