import { performance } from 'node:perf_hooks';

import type { Time } from '../walk/surroundings.js';

/** What a trial shortens every wait of the procedure to. */
const FAST_WAIT_S = 1;

/** How the procedure's waits are waited. @returns in words */
type Wait = (seconds: number) => Promise<string>;

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export function timeWith(wait: Wait): Time {
  return { now: () => new Date(), elapsed: () => performance.now(), pause: sleep, wait };
}

export const fullWait: Wait = async (seconds) => {
  await sleep(seconds * 1_000);
  return `Waited ${seconds} s.`;
};

export const shortWait: Wait = async (seconds) => {
  await sleep(Math.min(seconds, FAST_WAIT_S) * 1_000);
  return `SHORTENED: the procedure says ${seconds} s, waited ${Math.min(seconds, FAST_WAIT_S)} s (--fast).`;
};

/**
 * The time of a sandbox that certify started: it can be put ahead, so that the sandbox's rules see the whole wait pass
 * and nobody sits it out.
 */
export class MovedClock {
  #aheadMs = 0;

  now(): Date {
    return new Date(Date.now() + this.#aheadMs);
  }

  /** Timers run by real time: the sandbox uses them for pauses of a second between its own calls. */
  after(milliseconds: number, action: () => void): () => void {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  }

  readonly wait: Wait = (seconds) => {
    this.#aheadMs += seconds * 1_000;
    return Promise.resolve(`The sandbox’s clock was put ahead by ${seconds} s; nobody waited.`);
  };
}
