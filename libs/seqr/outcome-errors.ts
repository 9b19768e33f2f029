/**
 * The two ways in which a call can end without a readable answer. They travel inside this library only; the client turns
 * them into the outcomes `not-sent` and `unknown`.
 */

/** Why it is certain that SEQR received nothing. */
export type NotSentReason =
  /** No connection: refused, no such host, TLS not established. */
  | 'NOT_CONNECTED'
  /** Connecting, or waiting for a free connection, took more than half the deadline. */
  | 'NO_TIME'
  /** Too many calls are waiting already. */
  | 'OVERLOADED'
  /** The client was closed. */
  | 'CLOSED';

/** Why nobody can know what SEQR did. */
export type UnknownReason =
  /** Sent, and not wholly answered within the deadline. */
  | 'DEADLINE'
  /** Sent, then the connection broke, or what came back was not HTTP. */
  | 'CONNECTION_LOST'
  | 'TOO_LARGE'
  | 'HTTP_STATUS'
  | 'CONTENT_TYPE'
  | 'CONTENT_ENCODING'
  /** Not UTF-8. */
  | 'CHARSET'
  | 'FAULT'
  /** Not well-formed, or with constructs SOAP forbids. */
  | 'XML'
  /** Nested too deeply, or too many elements. */
  | 'XML_LIMIT'
  /** Not the expected reply: another operation's, elements missing or doubled. */
  | 'SHAPE'
  /** An element holds something else than its type. */
  | 'VALUE'
  /** A defect of this library or of one below it. */
  | 'INTERNAL';

export class NotSentError extends Error {
  override readonly name = 'NotSentError';
  constructor(
    readonly reason: NotSentReason,
    message: string,
  ) {
    super(message);
  }
}

export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError';
  /** @param httpStatus when a status line had arrived */
  constructor(
    readonly reason: UnknownReason,
    message: string,
    readonly httpStatus?: number,
  ) {
    super(message);
  }
}
