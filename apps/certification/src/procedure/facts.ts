import type { Principal } from '#seqr/principal.js';
import type { Currency, Money } from '#purchase/money.js';
import type { InvoiceStatus } from '#seqr/status.js';

/** What was told before the run: by options, environment and SEQR's start-up kit. */
export interface Settings {
  /** SEQR's certification papers: clientId is the company's name … */
  readonly clientId: string;
  /** … and clientReference the product's name and version. */
  readonly clientReference: string;
  readonly currency: Currency;
  readonly reseller: Principal;
  /** Who sends invoices, until a terminal is registered: a terminal that SEQR gave, or the reseller. */
  readonly payee: Principal;
  /** SEQR's text says the reseller, its API the terminal: the request has no other place to name the terminal. */
  readonly unregisterAs: 'terminal' | 'reseller';
  /** New with every run: what this run registers was not registered before. */
  readonly externalTerminalId: string;
  readonly terminalName: string;
  readonly terminalPassword: string;
  /** From SEQR, for the terminal's sticker. */
  readonly seqrId: string;
  /** SEQR's paper prefers the word Base64 to a media type. */
  readonly receiptMimeType: string;
  /** An invoice's notification URL is this, a slash, and the invoice's label. */
  readonly notificationBase: string;
  /** Part of every clientInvoiceId, to find this run's invoices at SEQR. */
  readonly runId: string;
  /** How long a person is waited for. */
  readonly scanWithinSeconds: number;
}

/** What a run knows of an invoice that it sent. */
export interface KnownInvoice {
  readonly reference: string;
  readonly total: Money;
  /** Text of the QR code that opens the invoice on the payer's phone. */
  readonly qrText: string;
  /** The last version received, sent back with the next question. */
  readonly version: number;
  readonly status?: InvoiceStatus | 'UNKNOWN';
  /** Once paid. */
  readonly ersReference?: string;
}

/** What a run has learned so far. Never changed: each step makes new ones. */
export interface Facts {
  readonly settings: Settings;
  readonly terminal?: Principal;
  readonly invoices: Readonly<Record<string, KnownInvoice>>;
  readonly transactionPeriodId?: string;
}

/** A step needs what an earlier one did not bring; its message says what. */
export class MissingFactError extends Error {
  override readonly name = 'MissingFactError';
}

export function invoiceOf(facts: Facts, label: string): KnownInvoice {
  const invoice = facts.invoices[label];
  if (!invoice) throw new MissingFactError(`invoice ${label} was never sent`);
  return invoice;
}

/** @throws MissingFactError when no payment is known */
export function paymentOf(facts: Facts, label: string): KnownInvoice & { readonly ersReference: string } {
  const { ersReference, ...invoice } = invoiceOf(facts, label);
  if (ersReference === undefined) throw new MissingFactError(`invoice ${label} was not seen as paid`);
  return { ...invoice, ersReference };
}

export function withInvoice(facts: Facts, label: string, invoice: KnownInvoice): Facts {
  return { ...facts, invoices: { ...facts.invoices, [label]: invoice } };
}

/** The QR code on a point of sale's sticker opens the terminal's present invoice (SEQR FAQ). */
export function stickerOf(seqrId: string): string {
  return `HTTP://SEQR.SE/Q${seqrId}`;
}

/** The same as a link, for a browser on the payer's phone. */
export function appLinkOf(qrText: string): string {
  return qrText.replace(/^HTTP:/i, 'seqr:');
}
