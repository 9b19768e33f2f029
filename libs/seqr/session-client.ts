import { Caller } from './caller.js';
import {
  getClientSessionInfo,
  type ClientSession,
  type SessionQuestion,
} from './operations/get-client-session-info.js';
import type { SeqrClientOptions } from './options.js';
import type { Principal } from './principal.js';
import type { Reply } from './reply.js';

/**
 * SEQR's service for sessions inside the app: another web service than the merchant's, at an endpoint of its own that no page
 * publishes. Calls end as with `SeqrClient`.
 */
export class SeqrSessionClient {
  private constructor(private readonly caller: Caller) {}

  /** @throws SeqrRequestError for illegal options */
  static async create(options: SeqrClientOptions): Promise<SeqrSessionClient> {
    return new SeqrSessionClient(await Caller.create('client-session-info', options));
  }

  getClientSessionInfo(question: SessionQuestion, as?: Principal): Promise<Reply<ClientSession>> {
    return this.caller.call(getClientSessionInfo, question, as);
  }

  /** Waits for the running calls, each at most its deadline; later calls are `not-sent`. */
  close(): Promise<void> {
    return this.caller.close();
  }
}
