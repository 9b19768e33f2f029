import type { Clock } from './clock.js';

/** Waits that can be ended all at once, so that stopping the sandbox leaves no timer behind. */
export class Pauses {
  readonly #releases = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const release = () => {
        cancel();
        this.#releases.delete(release);
        resolve();
      };
      const cancel = this.clock.after(milliseconds, release);
      this.#releases.add(release);
    });
  }

  releaseAll(): void {
    for (const release of this.#releases) release();
  }
}
