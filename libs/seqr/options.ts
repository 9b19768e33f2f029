import type { SeqrExchange } from './exchange.js';
import type { Principal } from './principal.js';
import type { SeqrCall } from './reply.js';
import { SeqrRequestError } from './request-error.js';
import { checkedUrl } from './wire-fields.js';

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
  /**
   * Told of every exchange whose request may have left, with the XML as it went and came: for certification reports, not for
   * logs. What it throws is dropped.
   */
  readonly onExchange?: (exchange: SeqrExchange) => void;
  /** Makes a call's clientReference: unique, at most 32 characters. Default: a UUID without dashes. */
  readonly newReference?: () => string;
  readonly clock?: SeqrClock;
}

/** @throws SeqrRequestError NOT_A_URL, PLAIN_HTTP */
export function checkedEndpoint({ endpoint, allowPlainHttp = false }: SeqrClientOptions): URL {
  const url = new URL(checkedUrl('endpoint', endpoint));
  const thisComputer = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !thisComputer && !allowPlainHttp) {
    throw new SeqrRequestError('PLAIN_HTTP', 'endpoint', 'must be https: every request carries the password');
  }
  return url;
}
