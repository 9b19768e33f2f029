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

  ask<T>(name: string, transaction: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.maybeDie();
      if (!this.process.alive) return;
      if (this.outage.isOn || this.weather.strikes('database-refuses')) {
        this.process.after(this.random.between(1, CONNECT_WITHIN_MS), () =>
          reject(new Error(`${name}: no connection`)),
        );
        return;
      }
      // What has left reaches the database, even if the process dies meanwhile.
      this.time.after(this.delay(), () => this.execute(name, transaction, resolve, reject));
    });
  }

  private execute<T>(
    name: string,
    transaction: () => T,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): void {
    const back = this.delay();
    if (this.outage.isOn) return void this.process.after(back, () => reject(new Error(`${name}: connection lost`)));
    try {
      const value = transaction();
      if (this.weather.strikes('database-unknown')) {
        return void this.process.after(back, () => reject(new Error(`${name}: connection lost at commit`)));
      }
      this.process.after(back, () => {
        this.maybeDie();
        if (this.process.alive) resolve(value);
      });
    } catch (error) {
      this.process.after(back, () => reject(error));
    }
  }

  private delay(): number {
    return this.weather.strikes('database-slow') ? this.random.between(50, 2_000) : this.random.between(1, 4);
  }
}
