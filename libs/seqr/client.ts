import { randomUUID } from 'node:crypto';

import { BoundedHttpClient } from './bounded-http-client.js';
import { judgeFailure, judgeReply, type Judgement } from './ending.js';
import type { InvoiceRequest } from './invoice.js';
import { cancelInvoice, type Cancellation } from './operations/cancel-invoice.js';
import { commitReservation, type Commitment } from './operations/commit-reservation.js';
import { getPaymentStatus, type PaymentStatus, type StatusQuestion } from './operations/get-payment-status.js';
import type { Operation } from './operations/operation.js';
import { sendInvoice, type SentInvoice } from './operations/send-invoice.js';
import { submitPaymentReceipt, type ReceiptSubmission } from './operations/submit-payment-receipt.js';
import { updateInvoice, type InvoiceUpdate } from './operations/update-invoice.js';
import { contextFields, type Principal } from './principal.js';
import type { Reply, SeqrCall } from './reply.js';
import { SeqrRequestError } from './request-error.js';
import { SoapService } from './soap-service.js';
import { checkedUrl } from './wire-fields.js';

/** A third of the 20 s after which SEQR reverses a payment nobody asked about: a lost status call can be repeated. */
const DEADLINE_MS = 6000;

/** Time, as the client needs it. */
export interface SeqrClock {
  now(): Date;
  /** Milliseconds of a clock that never jumps. */
  elapsed(): number;
}

export interface SeqrClientOptions {
  /** The service's URL. Plain http is taken for this computer only, unless `allowPlainHttp`: passwords are in the body. */
  readonly endpoint: string;
  readonly allowPlainHttp?: boolean;
  /** Who calls, when a call does not say otherwise. */
  readonly principal: Principal;
  /** Our software and its version; for certification the company's name. */
  readonly clientId: string;
  /** One deadline for a whole call, from waiting for a connection to the reply's last byte. Default 6000. */
  readonly deadlineMs?: number;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  /** Told of every call once, when it has ended. What it throws is dropped. */
  readonly onCall?: (call: SeqrCall) => void;
  /** Makes a call's clientReference: unique, at most 32 characters. Default: a UUID without dashes. */
  readonly newReference?: () => string;
  readonly clock?: SeqrClock;
}

const systemClock: SeqrClock = { now: () => new Date(), elapsed: () => performance.now() };

/**
 * SEQR's merchant service, the part that unattended payments need.
 *
 * No method throws for what happens on the wire: see `Reply`. Each throws SeqrRequestError, before anything is sent, for a
 * request that must not be sent. `as` is the principal of one call.
 */
export class SeqrClient {
  readonly #options: SeqrClientOptions;
  readonly #clock: SeqrClock;

  private constructor(
    options: SeqrClientOptions,
    private readonly http: BoundedHttpClient,
    private readonly service: SoapService,
  ) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Reads the WSDL from its file beside this code; nothing is fetched. @throws SeqrRequestError for illegal options */
  static async create(options: SeqrClientOptions): Promise<SeqrClient> {
    const endpoint = checkedEndpoint(options);
    // Refuses bad credentials now rather than with the first payer.
    contextFields(options.principal, options.clientId, 'check');
    const http = new BoundedHttpClient({
      endpoint,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      ...(options.ca !== undefined && { ca: options.ca }),
    });
    return new SeqrClient(options, http, await SoapService.load(endpoint, http));
  }

  sendInvoice(invoice: InvoiceRequest, as?: Principal): Promise<Reply<SentInvoice>> {
    return this.#call(sendInvoice, invoice, as);
  }

  getPaymentStatus(question: StatusQuestion, as?: Principal): Promise<Reply<PaymentStatus>> {
    return this.#call(getPaymentStatus, question, as);
  }

  updateInvoice(update: InvoiceUpdate, as?: Principal): Promise<Reply> {
    return this.#call(updateInvoice, update, as);
  }

  commitReservation(commitment: Commitment, as?: Principal): Promise<Reply> {
    return this.#call(commitReservation, commitment, as);
  }

  cancelInvoice(cancellation: Cancellation, as?: Principal): Promise<Reply> {
    return this.#call(cancelInvoice, cancellation, as);
  }

  submitPaymentReceipt(submission: ReceiptSubmission, as?: Principal): Promise<Reply> {
    return this.#call(submitPaymentReceipt, submission, as);
  }

  /** Waits for the running calls, each at most its deadline; later calls are `not-sent`. */
  close(): Promise<void> {
    return this.http.close();
  }

  async #call<I, A extends object>(operation: Operation<I, A>, input: I, as?: Principal): Promise<Reply<A>> {
    const principal = as ?? this.#options.principal;
    const clientReference = (this.#options.newReference ?? newReference)();
    const fields = {
      context: contextFields(principal, this.#options.clientId, clientReference),
      ...operation.request(input),
    };
    const sentAt = this.#clock.now().toISOString();
    const start = this.#clock.elapsed();
    const { ending, facts } = await this.service.call(operation.name, fields).then(
      (reply) => judgeReply(reply, (success) => operation.answer(success, input), principal.password),
      (error: unknown): Judgement<A> => judgeFailure(error, principal.password),
    );
    const call: SeqrCall = {
      operation: operation.name,
      clientReference,
      sentAt,
      durationMs: Math.round(this.#clock.elapsed() - start),
      outcome: ending.outcome,
      ...facts,
    };
    this.#tell(call);
    return { ...ending, call };
  }

  #tell(call: SeqrCall): void {
    try {
      this.#options.onCall?.(call);
    } catch {
      // What SEQR did is done: a listener's mistake must not make it look like a failed call.
    }
  }
}

/** 32 characters: the dashed form's 36 are more than SEQR takes. */
function newReference(): string {
  return randomUUID().replaceAll('-', '');
}

function checkedEndpoint({ endpoint, allowPlainHttp = false }: SeqrClientOptions): URL {
  const url = new URL(checkedUrl('endpoint', endpoint));
  const thisComputer = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !thisComputer && !allowPlainHttp) {
    throw new SeqrRequestError('PLAIN_HTTP', 'endpoint', 'must be https: every request carries the password');
  }
  return url;
}
