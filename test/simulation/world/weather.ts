import type { Random } from './random.js';

/** How often each fault strikes at most when a seed has it: a probability for each occasion, or a number of times. */
const FAULTS = {
  /** The connection to SEQR is refused: certainly not sent. */
  'seqr-not-sent': 0.2,
  'seqr-request-lost': 0.2,
  'seqr-reply-lost': 0.25,
  /** Arrives, or comes back, after the client gave up waiting. */
  'seqr-late': 0.15,
  /** SYSTEM_ERROR or SYSTEM_BUSY, nothing done. */
  'seqr-busy': 0.2,
  /** Nobody answers for seconds to minutes. Times a seed. */
  'seqr-down': 4,
  'notification-lost': 0.6,
  'notification-twice': 0.5,
  'notification-late': 0.4,
  /** A lie of the catalogue for each answer of SEQR. */
  'seqr-lies': 0.08,
  /** A transaction fails and nothing of it happened. */
  'database-refuses': 0.05,
  /** A transaction was committed and nobody was told. */
  'database-unknown': 0.05,
  'database-slow': 0.1,
  'database-down': 3,
  'link-drops': 0.3,
  'link-repeats': 0.5,
  /** Delays up to almost the time that a command may be under way; so messages overtake each other. */
  'link-delays': 0.2,
  /** The connection to the broker hangs: what was sent may have got through. */
  'broker-silent': 0.1,
  'broker-down': 3,
  /** A server process dies; for each thing it waits for. */
  'server-crash': 0.01,
  'server-crash-anytime': 6,
  'server-stall': 6,
  /** A rolling restart: the process may finish what it does. */
  'server-stop': 2,
  'machine-power-cut': 8,
  /** The power goes in the middle of something: for each record and line. */
  'machine-power-cut-in-act': 0.03,
  /** At a power cut: the line being written stays half on the disk. */
  'journal-torn': 0.8,
  'machine-offline': 6,
  'machine-reset': 6,
  /** The serial line goes away and comes back. */
  'line-lost': 6,
  'motor-jams': 0.3,
  /** The item falls and the machine never says so. */
  'motor-unreported': 0.2,
  /** A closing report or a vend that is not true. */
  'machine-lies': 0.1,
  /** The answer to createPurchase does not reach its caller, who asks again. */
  'caller-unanswered': 0.3,
  /** A bridge newer than the servers, which cannot read it. For each machine and kind of event. */
  'machine-unreadable': 0.5,
} as const;

export type Fault = keyof typeof FAULTS;
export const ALL_FAULTS = Object.keys(FAULTS) as readonly Fault[];
/** Added later, these draw for themselves: a seed without them is what it was, and what once failed stays tried. */
const LATER_FAULTS: readonly Fault[] = ['machine-unreadable'];

/** Of a hundred seeds this many have no fault at all: there nothing may be left to a person. */
const CALM_SEEDS = 0.06;

/**
 * Swarm testing: each seed has only some kinds of fault, each at a rate of its own. With all of them always on, one hides
 * the other (Groce et al., "Swarm testing").
 */
export class Weather {
  readonly struck = new Map<Fault, number>();
  readonly isCalm: boolean;
  /** False in the second half: what is left must heal by itself. */
  private stormy = true;
  private readonly odds = new Map<Fault, { readonly rate: number; readonly dice: Random }>();
  private readonly later: Random;

  constructor(private readonly random: Random) {
    this.later = random.split('later');
    this.isCalm = random.chance(CALM_SEEDS);
    const share = random.pick([0.1, 0.2, 0.35, 0.6]);
    for (const fault of ALL_FAULTS) {
      const dice = LATER_FAULTS.includes(fault) ? this.later : this.random;
      const isOn = dice.chance(share) && !this.isCalm;
      const severity = dice.next();
      if (isOn) this.odds.set(fault, { rate: FAULTS[fault] * (0.1 + 0.9 * severity * severity), dice });
    }
  }

  has(fault: Fault): boolean {
    return this.odds.has(fault);
  }

  strikes(fault: Fault): boolean {
    const odds = this.odds.get(fault);
    if (odds === undefined || !this.stormy || !odds.dice.chance(odds.rate)) return false;
    this.count(fault);
    return true;
  }

  /** How often in all, for a fault that comes by itself. */
  times(fault: Fault): number {
    return Math.ceil(this.odds.get(fault)?.rate ?? 0);
  }

  count(fault: Fault): void {
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
  }

  heal(): void {
    this.stormy = false;
  }

  get healed(): boolean {
    return !this.stormy;
  }
}
