import type { Failure, MachineEvent, PaymentStatus, PurchaseEvent } from '../reserve-first/events.js';
import { BEGINNING, PRICES, STARTED_AT } from './visit.js';

const { grantNumber } = BEGINNING;

export const INVOICE = '700000000001';

export const issued: PurchaseEvent = { type: 'InvoiceIssued', invoiceReference: INVOICE };
export const notified: PurchaseEvent = { type: 'NotificationReceived' };
export const timePassed: PurchaseEvent = { type: 'TimePassed' };
export const grantSent: PurchaseEvent = { type: 'GrantSent', bootId: 'boot-0001' };
export const grantNotSent: PurchaseEvent = { type: 'GrantNotSent', detail: 'the machine is offline' };
export const closeSent: PurchaseEvent = { type: 'CloseSent' };
export const updated: PurchaseEvent = { type: 'InvoiceUpdated' };
export const committed: PurchaseEvent = { type: 'ReservationCommitted' };
export const cancelled: PurchaseEvent = { type: 'InvoiceCancelled' };
export const receiptSubmitted: PurchaseEvent = { type: 'ReceiptSubmitted' };

type StatusRead = Extract<PurchaseEvent, { type: 'StatusRead' }>;

/** What getPaymentStatus said. Without changes: asked after everything that happened before, newest version, no receipt. */
export function status(word: PaymentStatus, changes: Partial<StatusRead> = {}): StatusRead {
  return {
    type: 'StatusRead',
    status: word,
    invoiceVersion: 9,
    askedAt: STARTED_AT + 365 * 86_400_000,
    totalMinor: null,
    ersReference: null,
    ...changes,
  };
}

export function paid(totalMinor: bigint | null): StatusRead {
  return status('PAID', { totalMinor, ersReference: '900000000001' });
}

type FailedType = Extract<PurchaseEvent, { outcome: unknown }>['type'];

/** A call to SEQR that failed: `how` is the kind of failure, or the result code of a refusal. */
export function failed(type: FailedType, how: 'not-sent' | 'unknown' | number): PurchaseEvent {
  const failure: Failure =
    typeof how === 'number'
      ? { outcome: 'refused', resultCode: how, detail: `CODE_${how}` }
      : { outcome: how, detail: 'TIMEOUT' };
  return { type, ...failure };
}

export const accepted: MachineEvent = { type: 'GrantAccepted', grantNumber };

export function refused(reason = 'not-ready'): MachineEvent {
  return { type: 'GrantRefused', grantNumber, reason };
}

export function selected(vendNumber: number, selection: number): MachineEvent {
  const priceMinor = PRICES.get(selection) ?? 100n;
  return {
    type: 'VendSelected',
    grantNumber,
    vendNumber,
    selection,
    machinePriceMinor: priceMinor,
    approvedMinor: priceMinor,
  };
}

export function denied(vendNumber: number, selection: number): MachineEvent {
  return {
    type: 'VendSelected',
    grantNumber,
    vendNumber,
    selection,
    machinePriceMinor: 999n,
    approvedMinor: 0n,
    denied: 'unknown-selection',
  };
}

export function dispensed(vendNumber: number): MachineEvent {
  return { type: 'VendDispensed', grantNumber, vendNumber };
}

export function vendFailed(vendNumber: number): MachineEvent {
  return { type: 'VendFailed', grantNumber, vendNumber, reason: 'not-dispensed' };
}

export function vendUncertain(vendNumber: number): MachineEvent {
  return { type: 'VendUncertain', grantNumber, vendNumber, reason: 'power-cut' };
}

/** The closing report: how many came out, and for how much. */
export function closed(count: number, dispensedMinor: bigint, reason = 'machine'): MachineEvent {
  return { type: 'SessionClosed', grantNumber, reason, selections: count, dispensed: count, dispensedMinor };
}
