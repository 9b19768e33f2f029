import { buildConnector, Pool, type Dispatcher } from 'undici';

import { NotSentError, UnknownOutcomeError } from './outcome-errors.js';
import { limitWire, WIRE_LIMIT } from './wire-limit.js';

/** A paid receipt takes some 5 kB; 256 KiB bounds what one reply may cost us. Reports state their own. */
const REPLY_BYTES_MAX = 256 * 1024;
/** At 300 ms an answer, 64 connections carry 200 calls a second, and stay below what servers allow one client. */
const CONNECTIONS_MAX = 64;
/** Twice what 64 connections answer within a default deadline; a longer queue would only bring late answers. */
const WAITING_MAX = 2048;
/** SEQR sends none; 100, the only one in common use, ends the connection. */
const PROVISIONAL_MAX = 32;
/** Given up before common servers close an idle connection (5 s), so that a request seldom meets a closing one. */
const KEEP_ALIVE_MS = 4000;

export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** As it came: nothing is inflated here. */
  readonly body: Buffer;
}

export interface BoundedHttpOptions {
  readonly endpoint: URL;
  /** For one whole exchange: waiting for a connection, connecting, sending and reading the reply, dripped or not. */
  readonly deadlineMs: number;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
}

/**
 * Posts to one endpoint over kept-alive connections, one request at a time on each. Follows no redirect (it would carry
 * the password elsewhere), inflates nothing, uses no proxy, never repeats a request, and always checks certificates.
 *
 * Whether a request has left is known for certain: undici starts it only on a connected and, for https, verified socket.
 */
export class BoundedHttpClient {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #deadlineMs: number;
  #running = 0;
  #closed = false;

  constructor({ endpoint, deadlineMs, ca }: BoundedHttpOptions) {
    this.#path = endpoint.pathname + endpoint.search;
    this.#deadlineMs = deadlineMs;
    const connector = buildConnector({
      timeout: deadlineMs,
      // Said here, because NODE_TLS_REJECT_UNAUTHORIZED must not be able to say otherwise.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(ca && { ca }),
    });
    this.#pool = new Pool(endpoint.origin, {
      connections: CONNECTIONS_MAX,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Whatever the other side promises.
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // The deadline below covers all of these; undici's own limits would only restart with every byte.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: (options, callback) =>
        connector(options, (...connected) => {
          if (connected[1]) limitWire(connected[1]);
          callback(...connected);
        }),
    });
  }

  /**
   * @param replyBytesMax the longest body
   * @throws NotSentError when it is certain that no byte of the request was written
   * @throws UnknownOutcomeError DEADLINE, CONNECTION_LOST, TOO_LARGE
   */
  async post(
    headers: Readonly<Record<string, string>>,
    body: string,
    replyBytesMax = REPLY_BYTES_MAX,
  ): Promise<HttpReply> {
    if (this.#closed) throw new NotSentError('CLOSED', 'the client is closed');
    if (this.#running >= CONNECTIONS_MAX + WAITING_MAX) throw new NotSentError('OVERLOADED', 'too many calls wait');
    this.#running += 1;
    try {
      return await new Promise((resolve, reject) => {
        const exchange = new Exchange(this.#deadlineMs, replyBytesMax, resolve, reject);
        this.#pool.dispatch({ method: 'POST', path: this.#path, headers: { ...headers }, body }, exchange);
      });
    } finally {
      this.#running -= 1;
    }
  }

  /** Lets the running exchanges end (each has its deadline), refuses new ones. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.close();
  }
}

/** One request and its reply, as undici reports them. Settles once; whatever comes later is ignored. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** One piece of memory, however small the pieces are that the reply comes in. */
  #body = Buffer.alloc(0);
  #length = 0;
  #provisional = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #status: number | undefined;
  #headers: HttpReply['headers'] = {};
  #settled = false;

  constructor(
    private readonly deadlineMs: number,
    private readonly replyBytesMax: number,
    private readonly resolve: (reply: HttpReply) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.#timer = setTimeout(() => this.#giveUp(), deadlineMs);
  }

  /** The connection stands and the request is about to be written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Half the time spent on waiting: sent now, the call would likely end as unknown. Not sent, its end is certain.
    if (performance.now() - this.#begun > this.deadlineMs / 2)
      this.#fail(new NotSentError('NO_TIME', 'waited too long'));
    // Reported as not sent: aborting here keeps that true.
    if (this.#settled) return controller.abort(new Error('not sent'));
    this.#controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: HttpReply['headers']): void {
    if (status < 200) {
      this.#provisional += 1;
      if (this.#provisional <= PROVISIONAL_MAX) return;
      this.#fail(this.#unknown('TOO_LARGE', `over ${PROVISIONAL_MAX} provisional replies`));
      return controller.abort(new Error('too many'));
    }
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.replyBytesMax) {
      this.#fail(this.#unknown('TOO_LARGE', `over ${this.replyBytesMax} bytes`));
      return controller.abort(new Error('too large'));
    }
    if (length > this.#body.length) {
      const larger = Buffer.allocUnsafe(Math.min(2 * length, this.replyBytesMax));
      this.#body.copy(larger, 0, 0, this.#length);
      this.#body = larger;
    }
    chunk.copy(this.#body, this.#length);
    this.#length = length;
  }

  onResponseEnd(): void {
    const { resolve } = this;
    this.#settle(() =>
      resolve({ status: this.#status ?? 0, headers: this.#headers, body: this.#body.subarray(0, this.#length) }),
    );
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error & { code?: string }): void {
    const why = error.code ?? error.name;
    if (!this.#controller) this.#fail(new NotSentError('NOT_CONNECTED', why));
    else if (why === WIRE_LIMIT) this.#fail(this.#unknown('TOO_LARGE', error.message));
    else this.#fail(this.#unknown('CONNECTION_LOST', why));
  }

  #giveUp(): void {
    const controller = this.#controller;
    const text = `nothing complete within ${this.deadlineMs} ms`;
    this.#fail(controller ? this.#unknown('DEADLINE', text) : new NotSentError('NO_TIME', text));
    controller?.abort(new Error(text));
  }

  #unknown(reason: 'DEADLINE' | 'CONNECTION_LOST' | 'TOO_LARGE', message: string): UnknownOutcomeError {
    return new UnknownOutcomeError(reason, message, this.#status);
  }

  #fail(error: Error): void {
    this.#settle(() => this.reject(error));
  }

  #settle(how: () => void): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    how();
  }
}
