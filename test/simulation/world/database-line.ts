import { Refused } from './database.js';
import type { SimProcess } from './process.js';
import type { Random } from './random.js';
import type { Time } from './time.js';
import type { Weather } from './weather.js';

/** Outages that all servers see alike. */
export class Outage {
  private until = 0;

  constructor(private readonly time: Time) {}

  begin(ms: number): void {
    this.until = Math.max(this.until, this.time.now + ms);
  }

  end(): void {
    this.until = 0;
  }

  get isOn(): boolean {
    return this.time.now < this.until;
  }
}

/** A pool gives up after this long (Database: CONNECT_WITHIN_MS). */
const CONNECT_WITHIN_MS = 900;

interface Question<T> {
  readonly transaction: () => T | Refused;
  readonly done: ((value: T) => void) | undefined;
  /** @param why what the transaction threw, or what befell the line. */
  readonly failed: ((why: unknown) => void) | undefined;
  /** Nobody awaits the answer. */
  readonly isQuiet: boolean;
}

/** One server's connection to the database: where transactions fail before, during and after their commit. */
export class DatabaseLine {
  constructor(
    private readonly time: Time,
    private readonly weather: Weather,
    private readonly random: Random,
    private readonly process: SimProcess,
    private readonly outage: Outage,
    /** A point at which the process may die. */
    private readonly maybeDie: () => void,
  ) {}

  /** Nothing can go wrong on it now. */
  get isFree(): boolean {
    const { weather } = this;
    return !this.outage.isOn && (weather.healed || !(weather.has('database-refuses') || weather.has('database-slow')));
  }

  ask<T>(name: string, transaction: () => T | Refused): Promise<T> {
    return new Promise((resolve, reject) =>
      this.send({ transaction, done: resolve, failed: (why) => reject(failureOf(name, why)), isQuiet: false }),
    );
  }

  /** A write that nobody awaits. Most are that: heartbeats, presences. So it touches no promise. */
  tell(write: () => void, written?: () => void): void {
    this.send({ transaction: write, done: written, failed: undefined, isQuiet: true });
  }

  private send<T>(question: Question<T>): void {
    this.maybeDie();
    if (!this.process.alive) return;
    if (this.outage.isOn || this.weather.strikes('database-refuses')) {
      return this.comesBack(question, this.random.between(1, CONNECT_WITHIN_MS), () =>
        question.failed?.('no connection'),
      );
    }
    // What has left reaches the database, even if the process dies meanwhile.
    this.time.after(this.delay(), () => this.execute(question));
  }

  private execute<T>(question: Question<T>): void {
    const { transaction, done, failed } = question;
    const back = this.delay();
    if (this.outage.isOn) return this.comesBack(question, back, () => failed?.('connection lost'));
    try {
      const value = transaction();
      if (value instanceof Refused) return this.comesBack(question, back, () => failed?.(value.why));
      if (this.weather.strikes('database-unknown')) {
        return this.comesBack(question, back, () => failed?.('connection lost at commit'));
      }
      this.comesBack(question, back, () => {
        this.maybeDie();
        if (this.process.alive) done?.(value);
      });
    } catch (error) {
      this.comesBack(question, back, () => failed?.(error));
    }
  }

  private comesBack<T>({ isQuiet }: Question<T>, ms: number, work: () => void): void {
    if (isQuiet) this.process.quietly(ms, work);
    else this.process.later(ms, work);
  }

  private delay(): number {
    return this.weather.strikes('database-slow') ? this.random.between(50, 2_000) : this.random.between(1, 4);
  }
}

function failureOf(name: string, why: unknown): unknown {
  return typeof why === 'string' ? new Error(`${name}: ${why}`) : why;
}
