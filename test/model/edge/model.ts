import type { FaultKind, FaultTarget } from '#seqr-sandbox/faults.js';

/** Who has the machine, as far as somebody outside can know. */
export interface Holder {
  /** Payer and amount: what makes a request the same. */
  readonly request: string;
  readonly reference: string;
  readonly reservedMinor: number;
  /**
   * `waiting` for the payer; `failed`: three wrong PINs, of which nobody is told; `unheard`: confirmed, and the
   * notification got lost; `choosing` at the unlocked machine; `gone`: chosen, and the machine's word is still to come.
   */
  stage: 'waiting' | 'failed' | 'unheard' | 'choosing' | 'gone';
  sinceMs: number;
  wrongPins: number;
  notified: boolean;
  soldMinor: number;
  /** Price of what is coming out. */
  pendingMinor: number | null;
}

/** What must be so, as somebody would say it who has read SEQR's pages and knows the machine, and not the program. */
export interface Model {
  nowMs: number;
  isOnline: boolean;
  isPowered: boolean;
  isWilling: boolean;
  /** Null: nobody. Unknown: SEQR or the machine failed in a way of which only the server can know how far it came. */
  holder: Holder | null | 'unknown';
  /** Faults of SEQR that wait for their call. */
  faults: { readonly operation: FaultTarget; readonly kind: FaultKind }[];
  /** SEQR may lie or fail, once a payer goes on: nothing is foretold any more but what holds always. */
  isDisturbed: boolean;
  /** Operations that were ever struck. */
  readonly struck: Set<FaultTarget>;
  /** What the machine has not told yet was lost for good, at some time. */
  lostWords: boolean;
  /** Time passed while the machine could not be reached. */
  wasAbsent: boolean;
  /** A payer decided about an invoice that nobody knows. */
  orphanDecided: boolean;
}

export const CONFIRM_WITHIN_MS = 45_000;
export const SELECTION_WINDOW_MS = 35_000;
export const CHEAPEST_MINOR = 150;
export const RESERVATION_MAX_MINOR = 5_000;
/** Prices by selection, in cents; 99 is on no list. */
export const PRICES: Readonly<Record<number, number>> = { 11: 180, 31: 150, 34: 450 };

export function newModel(): Model {
  return {
    nowMs: 0,
    isOnline: true,
    isPowered: true,
    isWilling: true,
    holder: null,
    faults: [],
    isDisturbed: false,
    struck: new Set(),
    lostWords: false,
    wasAbsent: false,
    orphanDecided: false,
  };
}

/** The holder when it is known who it is. */
export function holderOf({ holder }: Model): Holder | null {
  return holder === 'unknown' ? null : holder;
}

/** Whatever comes next at SEQR may fail: who holds the machine is then known to the server only. */
export function goesOn(model: Model, next: Model['holder']): void {
  model.holder = model.isDisturbed ? 'unknown' : next;
}

/** The answers that are right for a request that is in order. */
export function answersTo(model: Model, request: string, amountMinor: number): readonly string[] {
  if (!model.isOnline) return ['DEVICE_UNAVAILABLE'];
  const { holder } = model;
  const fresh = amountMinor < CHEAPEST_MINOR ? 'INSUFFICIENT_FUNDS' : invoiceOr(model);
  if (holder === 'unknown') return ['DEVICE_IN_USE', 'the same', fresh];
  if (holder === null) return [fresh];
  const isSame =
    holder.request === request && !holder.notified && ['waiting', 'failed', 'unheard'].includes(holder.stage);
  return [isSame ? 'the same' : 'DEVICE_IN_USE'];
}

function invoiceOr(model: Model): string {
  return model.faults.some(({ operation, kind }) => operation === 'sendInvoice' && kind !== 'delay')
    ? 'INVOICING_ERROR'
    : 'an invoice';
}

/** The payer's confirmation was heard. */
export function confirmed(model: Model, holder: Holder): void {
  if (!model.isOnline) return void (model.holder = 'unknown');
  if (!model.isWilling) return goesOn(model, null);
  goesOn(model, { ...holder, stage: 'choosing', sinceMs: model.nowMs });
}

export function passed(model: Model, ms: number): void {
  model.nowMs += ms;
  if (!model.isOnline) model.wasAbsent = true;
  const holder = holderOf(model);
  if (holder === null) return;
  if (!model.isOnline && holder.stage !== 'waiting' && holder.stage !== 'failed')
    return void (model.holder = 'unknown');
  const forMs = model.nowMs - holder.sinceMs;
  if (holder.stage === 'unheard') confirmed(model, holder);
  else if (holder.stage === 'failed') goesOn(model, null);
  else if (holder.stage === 'waiting' && forMs > CONFIRM_WITHIN_MS) goesOn(model, null);
  else if (holder.stage === 'choosing' && forMs > SELECTION_WINDOW_MS) goesOn(model, null);
  // Every poll may be struck as well.
  else if (model.isDisturbed) model.holder = 'unknown';
}
