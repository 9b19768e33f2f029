import { Worker } from 'node:worker_threads';

import { Figures } from './figures.js';
import type { Batch } from './simulate-worker.js';

/** Large enough that the message costs nothing, small enough that all threads end together. */
const BATCH = 50;

export interface Campaign {
  readonly from: number;
  readonly seeds: number;
  readonly threads: number;
  readonly progress?: (figures: Figures) => void;
  /** The built worker; a thread cannot run the sources. */
  readonly worker?: URL;
}

/** Runs many seeds on several threads. @throws what a thread throws: the simulation itself is broken then. */
export async function runCampaign({
  from,
  seeds,
  threads,
  progress,
  worker = new URL('./simulate-worker.js', import.meta.url),
}: Campaign): Promise<Figures> {
  const figures = new Figures();
  let next = from;
  const take = (): Batch | null => {
    const count = Math.min(BATCH, from + seeds - next);
    if (count <= 0) return null;
    next += count;
    return { from: next - count, count };
  };
  const workers = Array.from({ length: Math.min(threads, Math.ceil(seeds / BATCH)) }, () =>
    drive(worker, take, (part) => {
      figures.merge(part);
      progress?.(figures);
    }),
  );
  await Promise.all(workers);
  figures.failures.sort((a, b) => a.seed - b.seed);
  return figures;
}

/** One thread, given one batch after the other. */
function drive(program: URL, take: () => Batch | null, done: (part: Figures) => void): Promise<void> {
  const worker = new Worker(program);
  return new Promise((resolve, reject) => {
    const give = (): void => {
      const batch = take();
      if (batch !== null) return worker.postMessage(batch);
      worker.terminate().then(() => resolve(), reject);
    };
    worker.on('message', (part: Figures) => {
      done(part);
      give();
    });
    worker.on('error', reject);
    give();
  });
}
