import { performance } from 'node:perf_hooks';

/** Undoes a timer; harmless after it has fired. */
export type Cancel = () => void;

/** All the time the bridge knows. Durations come from the monotonic clock, the wall clock only labels events. */
export interface Clock {
  /** Milliseconds since some fixed point; never jumps, whatever is done to the wall clock. */
  monotonicMs(): number;
  wallTime(): Date;
  after(ms: number, action: () => void): Cancel;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallTime: () => new Date(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
