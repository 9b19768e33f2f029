import type { Cancel, Clock } from '../../clock.js';
import type { Timings } from '../../timings.js';

export interface OpeningOutcome {
  /** Sends START. */
  send(): void;
  failed(detail: string): void;
}

/** One attempt to open a session. START right after ENABLED is often answered with -3, so it is tried again. */
export class Opening {
  private tries = 0;
  private next: Cancel | undefined;

  /** @param until monotonic end of the grant's life */
  constructor(
    private readonly timings: Pick<Timings, 'answerMs' | 'startRetryMs' | 'startTries'>,
    private readonly clock: Clock,
    private readonly until: number,
    private readonly outcome: OpeningOutcome,
  ) {}

  begin(): void {
    this.tries += 1;
    this.next = this.clock.after(this.timings.answerMs, () => this.again('no answer to START'));
    this.outcome.send();
  }

  /** The machine said no, or nothing. */
  again(why: string): void {
    this.end();
    const { startRetryMs, startTries } = this.timings;
    const tooLate = this.clock.monotonicMs() + startRetryMs > this.until;
    if (this.tries >= startTries || tooLate) return this.fail(`${why}, ${this.tries} times`);
    this.next = this.clock.after(startRetryMs, () => this.begin());
  }

  fail(detail: string): void {
    this.end();
    this.outcome.failed(detail);
  }

  end(): void {
    this.next?.();
  }
}
