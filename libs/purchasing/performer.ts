import { type MachineCommands, UnsureIfSentError } from '#fleet/machine-commands.js';
import { exponentOf } from '#purchase/money.js';
import type { Failure, PurchaseEvent } from '#purchase/reserve-first/events.js';
import type { Act, Purchase } from '#purchase/reserve-first/purchase.js';
import type { SeqrClient } from '#seqr/client.js';
import type { Principal } from '#seqr/principal.js';
import type { Reply, SeqrCall } from '#seqr/reply.js';
import { SeqrRequestError } from '#seqr/request-error.js';

import type { InvoiceWriter } from './invoice-writer.js';
import { NotActingError, type Performer } from './ports.js';
import { NoPrincipalError, type PurchasePrincipals } from './purchase-principals.js';

interface Performed {
  readonly event: PurchaseEvent;
  readonly calls: readonly SeqrCall[];
}

/** What the acts need of SEQR; the simulation brings its own. */
export type SeqrCalls = Pick<
  SeqrClient,
  'sendInvoice' | 'getPaymentStatus' | 'updateInvoice' | 'commitReservation' | 'cancelInvoice' | 'submitPaymentReceipt'
>;

/** Where no machine has a terminal of its own. */
const ALL_AS_RESELLER: Pick<PurchasePrincipals, 'of'> = { of: async () => undefined };

/** INVALID_INVOICE_DATA: what SEQR would say to a request that is refused here already. */
const INVALID_INVOICE_DATA = 49;

/**
 * What was found at the beginning of an act, that it is leased to this server, is certain for so long: leases are void 3 s
 * after a server's last sign of life, and 2 s after it the server begins nothing more (ServerInstance).
 */
const PREPARED_WITHIN_MS = 1_000;

/** Does the acts of purchases: calls to SEQR, commands to machines. */
export class ActPerformer implements Performer {
  constructor(
    private readonly seqr: SeqrCalls,
    private readonly machines: Pick<MachineCommands, 'grant' | 'close'>,
    private readonly invoices: Pick<InvoiceWriter, 'reservation' | 'final' | 'receipt'>,
    private readonly clock: { now(): number },
    private readonly principals: Pick<PurchasePrincipals, 'of'> = ALL_AS_RESELLER,
  ) {}

  async perform(purchase: Purchase, act: Act): Promise<Performed> {
    switch (act.kind) {
      case 'sendInvoice':
        return this.call(
          purchase,
          () => this.invoices.reservation(purchase),
          (invoice, as) => this.seqr.sendInvoice(invoice, as),
          ({ invoiceReference }) => ({ type: 'InvoiceIssued', invoiceReference }),
          (failure) => ({ type: 'InvoiceFailed', ...failure }),
        );
      case 'getPaymentStatus':
        return this.readStatus(purchase);
      case 'updateInvoice':
        return this.call(
          purchase,
          async () => ({ invoiceReference: referenceOf(purchase), invoice: await this.invoices.final(purchase) }),
          (update, as) => this.seqr.updateInvoice(update, as),
          () => ({ type: 'InvoiceUpdated' }),
          (failure) => ({ type: 'UpdateFailed', ...failure }),
        );
      case 'commitReservation':
        return this.call(
          purchase,
          async () => ({
            invoiceReference: referenceOf(purchase),
            amount: { minor: amountToCommit(purchase), currency: purchase.currency },
          }),
          (commitment, as) => this.seqr.commitReservation(commitment, as),
          () => ({ type: 'ReservationCommitted' }),
          (failure) => ({ type: 'CommitFailed', ...failure }),
        );
      case 'cancelInvoice':
        return this.call(
          purchase,
          async () => ({ invoiceReference: referenceOf(purchase) }),
          (cancellation, as) => this.seqr.cancelInvoice(cancellation, as),
          () => ({ type: 'InvoiceCancelled' }),
          (failure) => ({ type: 'CancelFailed', ...failure }),
        );
      case 'submitPaymentReceipt':
        return this.call(
          purchase,
          async () => ({
            ersReference: purchase.ersReference ?? '',
            receipt: await this.invoices.receipt(purchase),
          }),
          (submission, as) => this.seqr.submitPaymentReceipt(submission, as),
          () => ({ type: 'ReceiptSubmitted' }),
          (failure) => ({ type: 'ReceiptFailed', ...failure }),
        );
      case 'sendGrant':
        return this.sendGrant(purchase);
      case 'closeGrant':
        return this.sendClose(purchase);
      case 'awaitMachine':
        return { event: { type: 'TimePassed' }, calls: [] };
    }
  }

  private readStatus(purchase: Purchase): Promise<Performed> {
    const askedAt = this.clock.now();
    return this.call(
      purchase,
      async () => ({ invoiceReference: referenceOf(purchase), invoiceVersion: purchase.invoiceVersion }),
      (question, as) => this.seqr.getPaymentStatus(question, as),
      ({ status, version, ersReference, receipt }) => {
        const total = receipt?.totalAmount;
        // A receipt in another currency cannot be for this amount.
        const foreign = total !== undefined && total.currency !== purchase.currency;
        return {
          type: 'StatusRead',
          status,
          invoiceVersion: version,
          askedAt,
          totalMinor: total === undefined ? null : foreign ? -1n : total.minor,
          ersReference: ersReference ?? null,
        };
      },
      (failure) => ({ type: 'StatusUnread', ...failure }),
    );
  }

  /**
   * Prepares and makes one call. What is prepared is read from the database: a process that stood still meanwhile sends
   * nothing, as another server may be doing the act, or have done it.
   *
   * @throws NotActingError
   */
  private async call<R, T extends object>(
    purchase: Purchase,
    prepare: () => Promise<R>,
    send: (request: R, as: Principal | undefined) => Promise<Reply<T>>,
    answered: (answer: T) => PurchaseEvent,
    failed: (failure: Failure) => PurchaseEvent,
  ): Promise<Performed> {
    try {
      const begunAt = this.clock.now();
      const as = await this.principals.of(purchase);
      const request = await prepare();
      if (this.clock.now() > begunAt + PREPARED_WITHIN_MS)
        throw new NotActingError('preparing the call took so long that the act may be another server’s by now');
      const reply = await send(request, as);
      const calls = [reply.call];
      switch (reply.outcome) {
        case 'answered':
          return { event: answered(reply), calls };
        case 'refused':
          return {
            event: failed({ outcome: 'refused', resultCode: reply.resultCode, detail: reply.resultName }),
            calls,
          };
        case 'not-sent':
        case 'unknown':
          return { event: failed({ outcome: reply.outcome, detail: reply.call.detail ?? reply.reason }), calls };
      }
    } catch (error) {
      if (error instanceof NoPrincipalError) {
        return { event: failed({ outcome: 'not-sent', detail: error.message }), calls: [] };
      }
      if (!(error instanceof SeqrRequestError)) throw error;
      // Our own request was not fit to be sent, so nothing was: the same as SEQR refusing its data.
      return {
        event: failed({ outcome: 'refused', resultCode: INVALID_INVOICE_DATA, detail: error.message }),
        calls: [],
      };
    }
  }

  private async sendGrant(purchase: Purchase): Promise<Performed> {
    const { terms } = purchase;
    try {
      const bootId = await this.machines.grant({
        machineId: purchase.machineId,
        purchaseId: purchase.id,
        grantNumber: purchase.grantNumber,
        currency: purchase.currency,
        exponent: exponentOf(purchase.currency),
        amountMinor: Number(purchase.reservedMinor),
        prices: [...purchase.prices].map(([selection, priceMinor]) => ({ selection, priceMinor: Number(priceMinor) })),
        priceListVersion: purchase.priceListVersion,
        lifetimeMs: terms.grantLifetimeMs,
        selectionWindowMs: terms.selectionWindowMs,
      });
      return { event: { type: 'GrantSent', bootId }, calls: [] };
    } catch (error) {
      // Only what failed while it was being sent may have reached the machine.
      return error instanceof UnsureIfSentError
        ? { event: { type: 'GrantSent', bootId: error.bootId }, calls: [] }
        : { event: { type: 'GrantNotSent', detail: messageOf(error) }, calls: [] };
    }
  }

  private async sendClose(purchase: Purchase): Promise<Performed> {
    try {
      await this.machines.close({
        machineId: purchase.machineId,
        purchaseId: purchase.id,
        grantNumber: purchase.grantNumber,
      });
      return { event: { type: 'CloseSent' }, calls: [] };
    } catch (error) {
      return { event: { type: 'CloseNotSent', detail: String(error) }, calls: [] };
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function referenceOf(purchase: Purchase): string {
  if (purchase.invoiceReference === null) throw new Error(`purchase ${purchase.id} has no invoice`);
  return purchase.invoiceReference;
}

function amountToCommit(purchase: Purchase): bigint {
  if (purchase.settlement === null) throw new Error(`purchase ${purchase.id} has no frozen amount`);
  return purchase.settlement.amountMinor;
}
