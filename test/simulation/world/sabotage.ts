import type { MachineCommand } from '#machine-protocol/messages.js';
import type { step } from '#purchase/reserve-first/lifecycle.js';
import type { SeqrCalls } from '#purchasing/performer.js';
import type { Performer, PurchaseStore } from '#purchasing/ports.js';

/**
 * Where a known mistake can be put in, to see that the simulation finds it. Nothing of this exists outside the tests: the
 * product is built without it.
 */
export interface Sabotage {
  readonly step?: typeof step;
  readonly store?: (store: PurchaseStore) => PurchaseStore;
  readonly performer?: (performer: Performer) => Performer;
  readonly seqr?: (calls: SeqrCalls) => SeqrCalls;
  /** A server acts although it may have lost its leases. */
  readonly actsWhenFenced?: boolean;
  readonly neverSweeps?: boolean;
  readonly leaseMs?: number;
  /** The gateway acknowledges an event before it takes it in. */
  readonly acknowledgesFirst?: boolean;
  /** A machine's event is taken in although one before it is missing. */
  readonly takesAnyOrder?: boolean;
  /** What cannot be read is neither taken in nor acknowledged. */
  readonly holdsUpUnreadable?: boolean;
  /** A purchase begins at a machine that another one holds. */
  readonly sellsTwice?: boolean;
  /** createPurchase is answered with a reference when there is none. */
  readonly answersAnyway?: boolean;
  /** @param count of purchases so far */
  readonly grantNumber?: (count: number) => number;
  /** The machine's program hears something else than what was sent. */
  readonly command?: (command: MachineCommand, bootId: string) => MachineCommand;
  readonly approvesAfterMs?: number;
}

export const HONEST: Sabotage = {};
