/** How a choice is to end. */
export type Outcome = 'dispensed' | 'jammed' | 'reset';

/**
 * - `choose`, `service`: somebody at the machine’s front, who presses; who takes it out of service.
 * - `restart`, `power-cut`: somebody who starts the machine’s software anew, orderly or not.
 */
export type Hand = 'choose' | 'service' | 'restart' | 'power-cut';

/** Whoever stands at the machine. Each call returns when the thing was done, not when its outcome is known. */
export interface Hands {
  readonly able: ReadonlySet<Hand>;
  /** Presses a product’s number, as soon as the machine shows credit. */
  choose(selection: number, outcome?: Outcome): Promise<void>;
  /** The return lever. */
  finish(): Promise<void>;
  /** Takes the machine out of service, or puts it back. */
  setOutOfService(out: boolean): Promise<void>;
  /** Stops what speaks the link in an orderly way, and starts it again. */
  restart(): Promise<void>;
  /** Takes its power away without a word, and gives it back. */
  cutPower(): Promise<void>;
}

/** A hand was asked for that is not there: the trial says what it needs. */
export class NoHandError extends Error {
  override readonly name = 'NoHandError';
}

const missing = (): Promise<never> => Promise.reject(new NoHandError('nobody is there to do this'));

/** Nobody. */
export const NO_HANDS: Hands = {
  able: new Set(),
  choose: missing,
  finish: missing,
  setOutOfService: missing,
  restart: missing,
  cutPower: missing,
};

export interface Power {
  restart(): Promise<void>;
  cutPower(): Promise<void>;
}

/** The same hands, and somebody who can start the machine’s software. */
export function withPower(hands: Hands, power: Partial<Power>): Hands {
  return {
    able: new Set<Hand>([
      ...hands.able,
      ...(power.restart === undefined ? [] : (['restart'] as const)),
      ...(power.cutPower === undefined ? [] : (['power-cut'] as const)),
    ]),
    choose: (selection, outcome) => hands.choose(selection, outcome),
    finish: () => hands.finish(),
    setOutOfService: (out) => hands.setOutOfService(out),
    restart: () => (power.restart === undefined ? hands.restart() : power.restart()),
    cutPower: () => (power.cutPower === undefined ? hands.cutPower() : power.cutPower()),
  };
}
