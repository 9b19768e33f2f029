import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { beats, stillMs } = workerData as { readonly beats: Int32Array; readonly stillMs: number };

/** After a standstill of the whole computer (a debugger, a sleeping laptop) the loop gets this long to show that it lives. */
const SECOND_CHANCE_MS = 10_000;

for (;;) {
  const seen = Atomics.load(beats, 0);
  if (Atomics.wait(beats, 0, seen, stillMs) !== 'timed-out') continue;
  if (Atomics.wait(beats, 0, seen, Math.min(stillMs, SECOND_CHANCE_MS)) !== 'timed-out') continue;
  writeSync(2, `the bridge stood still for ${stillMs} ms and is ended\n`);
  // Nothing less reaches a loop that stands still; the journal is made for this.
  process.kill(process.pid, 'SIGKILL');
}
