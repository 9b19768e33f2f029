/**
 * The machine as the bridge sees it, whatever hardware stands between. An adapter translates; it decides nothing about
 * money. Amounts are whole numbers of the currency's smallest unit.
 */
export interface MachineAdapter {
  /** Who answered at the other end; known after the first contact. */
  readonly identity: AdapterIdentity;
  start(): void;
  /** Unlocks the machine with this credit. Answered by status `idle`, or by `open-failed` after at most `withinMs`. */
  openSession(creditMinor: number, withinMs: number): void;
  approve(priceMinor: number): void;
  deny(): void;
  /** Asks for the end of the session, or gives up opening one. Answered by a status other than `idle`. */
  closeSession(): void;
  /** Switches the adapter off and on again: the way out when the machine no longer answers a close. */
  restart(): void;
  /** What was said on the line since the last call, oldest first, at most 20 lines: the evidence of an event. */
  takeTranscript(): string[];
  stop(): Promise<void>;
  /** Lets go at once and says nothing more to the machine, as a power cut would. */
  kill(): void;
}

export interface AdapterIdentity {
  readonly description: string;
  /** A simulated machine says so itself; no setting can claim or hide it. */
  readonly simulated: boolean;
}

/**
 * - `lost`: nobody answers on the line.
 * - `inactive`, `disabled`, `enabled`, `idle`, `vend`: the states of an MDB cashless device (MDB/ICP 4.2, section 7); `idle`
 *   means that a session is open and the payer may choose.
 */
export type MachineStatus = 'lost' | 'inactive' | 'disabled' | 'enabled' | 'idle' | 'vend';

export type AdapterEvent =
  | { readonly type: 'status'; readonly status: Exclude<MachineStatus, 'vend'> }
  | { readonly type: 'open-failed'; readonly detail: string }
  /** The payer chose; the machine waits for `approve` or `deny`. */
  | { readonly type: 'selection'; readonly selection: number; readonly priceMinor: number }
  | { readonly type: 'vend-success' }
  | { readonly type: 'vend-failure'; readonly reason: 'not-dispensed' | 'cancelled' }
  /** The machine was reset during the vend; what became of the item is not known. */
  | { readonly type: 'vend-reset' }
  /** The adapter did not take the approval; the next status or result tells where the machine stands. */
  | { readonly type: 'approval-refused' }
  | { readonly type: 'cash-sale'; readonly selection: number; readonly priceMinor: number }
  | { readonly type: 'fault'; readonly code: string; readonly detail: string };
