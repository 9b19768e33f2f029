/** Where a fault can strike: one operation of the SOAP service, the notification, or the call of createPurchase. */
export const FAULT_TARGETS = [
  'sendInvoice',
  'updateInvoice',
  'getPaymentStatus',
  'commitReservation',
  'cancelInvoice',
  'submitPaymentReceipt',
  'notification',
  'createPurchase',
] as const;

export type FaultTarget = (typeof FAULT_TARGETS)[number];

/** What can go wrong; the folder's README says what each does at each target. */
export const FAULT_KINDS = [
  'delay',
  'drop-request',
  'drop-reply',
  'fault',
  'result-code',
  'garbage',
  'duplicate',
  'lose',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

const KINDS_OF_SOAP: readonly FaultKind[] = ['delay', 'drop-request', 'drop-reply', 'fault', 'result-code', 'garbage'];
const KINDS_OF: Partial<Record<FaultTarget, readonly FaultKind[]>> = {
  notification: ['delay', 'duplicate', 'lose'],
  createPurchase: ['delay', 'drop-request', 'drop-reply', 'garbage', 'duplicate'],
};

export interface FaultOrder {
  readonly operation: FaultTarget;
  readonly kind: FaultKind;
  /** How many calls it strikes. */
  readonly times: number;
  /** For 'delay'. */
  readonly delayMs?: number;
  /** For 'result-code'. */
  readonly resultCode?: number;
  /** For 'result-code': whether the operation is done all the same, so that the answer is a lie. */
  readonly acted?: boolean;
}

export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly code = 'BAD_FAULT';
}

/** A test orders a handful; thousands are a mistake. */
const ORDERS_MAX = 100;
const TIMES_MAX = 1000;
/** Longer than every deadline of a caller. */
export const DELAY_MS_MAX = 60_000;

/** The faults ordered for the calls to come. One call meets one fault at most, in the order in which they were ordered. */
export class Faults {
  #orders: FaultOrder[] = [];

  /** @throws FaultError */
  add(order: FaultOrder): void {
    const { operation, kind, times, delayMs, resultCode } = order;
    const refuse = (reason: string): never => {
      throw new FaultError(reason);
    };
    if (this.#orders.length >= ORDERS_MAX) refuse(`at most ${ORDERS_MAX} faults can wait`);
    if (!(KINDS_OF[operation] ?? KINDS_OF_SOAP).includes(kind))
      refuse(`the kind ${kind} does not exist for ${operation}`);
    if (!isWhole(times, 1, TIMES_MAX)) refuse(`times must be 1 to ${TIMES_MAX}`);
    if ((kind === 'delay') !== (delayMs !== undefined)) refuse('delayMs goes with the kind delay, and only with it');
    if (delayMs !== undefined && !isWhole(delayMs, 1, DELAY_MS_MAX)) refuse(`delayMs must be 1 to ${DELAY_MS_MAX}`);
    if ((kind === 'result-code') !== (resultCode !== undefined))
      refuse('resultCode goes with the kind result-code, and only with it');
    if (resultCode !== undefined && !isWhole(resultCode, 0, 99)) refuse('resultCode must be 0 to 99');
    if (order.acted !== undefined && kind !== 'result-code') refuse('acted goes with the kind result-code only');
    this.#orders.push({ ...order });
  }

  /** The fault that strikes this call; it has one stroke less afterwards. */
  take(operation: string): FaultOrder | undefined {
    const index = this.#orders.findIndex((order) => order.operation === operation);
    const order = this.#orders[index];
    if (order) this.#orders.splice(index, 1, ...(order.times > 1 ? [{ ...order, times: order.times - 1 }] : []));
    return order;
  }

  list(): readonly FaultOrder[] {
    return this.#orders;
  }

  clear(): void {
    this.#orders = [];
  }
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
