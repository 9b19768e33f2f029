import { randomUUID } from 'node:crypto';

import { BoundedHttpClient } from './bounded-http-client.js';
import { judgeFailure, judgeReply, type Judgement } from './ending.js';
import { masked, type RawExchange } from './exchange.js';
import type { Operation } from './operations/operation.js';
import { checkedEndpoint, type SeqrClientOptions, type SeqrClock } from './options.js';
import { contextFields, type Principal } from './principal.js';
import type { Reply, SeqrCall } from './reply.js';
import { SoapService, type ServiceName } from './soap-service.js';

/** A third of the 20 s after which SEQR reverses a payment nobody asked about: a lost status call can be repeated. */
const DEADLINE_MS = 6000;

const systemClock: SeqrClock = { now: () => new Date(), elapsed: () => performance.now() };

/** Makes the calls of one service: who calls, which reference, when, how it ended, and who is told of it. */
export class Caller {
  readonly #clock: SeqrClock;

  private constructor(
    private readonly options: SeqrClientOptions,
    private readonly http: BoundedHttpClient,
    private readonly service: SoapService,
  ) {
    this.#clock = options.clock ?? systemClock;
  }

  /** @throws SeqrRequestError for illegal options */
  static async create(service: ServiceName, options: SeqrClientOptions): Promise<Caller> {
    const endpoint = checkedEndpoint(options);
    // Refuses bad credentials now rather than with the first payer.
    contextFields(options.principal, options.clientId, 'check');
    const http = new BoundedHttpClient({
      endpoint,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      ...(options.ca !== undefined && { ca: options.ca }),
    });
    return new Caller(options, http, await SoapService.load(service, endpoint, http));
  }

  /** @throws SeqrRequestError before anything is sent; nothing else */
  async call<I, A extends object>(operation: Operation<I, A>, input: I, as?: Principal): Promise<Reply<A>> {
    const principal = as ?? this.options.principal;
    const clientReference = (this.options.newReference ?? newReference)();
    const context = contextFields(principal, this.options.clientId, clientReference);
    const fields = { ...(!operation.withoutContext && { context }), ...operation.request(input) };
    const secrets = [principal.password, ...(operation.secrets?.(input) ?? [])];
    let raw: RawExchange | undefined;
    const watch = this.options.onExchange && ((exchange: RawExchange) => void (raw = exchange));
    const sentAt = this.#clock.now().toISOString();
    const start = this.#clock.elapsed();
    const { ending, facts } = await this.service.call(operation.name, fields, operation.replyBytesMax, watch).then(
      (reply) => judgeReply(reply, (success) => operation.answer(success, input), secrets),
      (error: unknown): Judgement<A> => judgeFailure(error, secrets),
    );
    const identity = { operation: operation.name, clientReference };
    const times = { sentAt, durationMs: Math.round(this.#clock.elapsed() - start) };
    const call: SeqrCall = { ...identity, ...times, outcome: ending.outcome, ...facts };
    quietly(() => this.options.onCall?.(call));
    if (raw && ending.outcome !== 'not-sent') {
      const { request, reply, httpStatus = facts.httpStatus } = raw;
      const exchange = {
        ...identity,
        request: masked(request, secrets),
        ...(reply !== undefined && { reply: masked(reply, secrets) }),
        ...(httpStatus !== undefined && { httpStatus }),
        ...times,
      };
      quietly(() => this.options.onExchange?.(exchange));
    }
    return { ...ending, call };
  }

  close(): Promise<void> {
    return this.http.close();
  }
}

/** What SEQR did is done: a listener's mistake must not make it look like a failed call. */
function quietly(tell: () => void): void {
  try {
    tell();
  } catch {
    // Dropped, as the options say.
  }
}

/** 32 characters: the dashed form's 36 are more than SEQR takes. */
function newReference(): string {
  return randomUUID().replaceAll('-', '');
}
