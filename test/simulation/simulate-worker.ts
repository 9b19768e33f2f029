import { parentPort } from 'node:worker_threads';

import { Figures } from './figures.js';
import { runSeed } from './run-seed.js';

/** Seeds to run: `count` of them from `from` on. */
export interface Batch {
  readonly from: number;
  readonly count: number;
}

// Errors are a part of normal life here, and nobody reads where they came from.
Error.stackTraceLimit = 0;

parentPort?.on('message', ({ from, count }: Batch) => {
  void run(from, count);
});

async function run(from: number, count: number): Promise<void> {
  const figures = new Figures();
  for (let seed = from; seed < from + count; seed += 1) figures.add(await runSeed(seed));
  parentPort?.postMessage(figures);
}
