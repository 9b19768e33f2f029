/**
 * The caller asked for something that must not be sent. Thrown before anything leaves the process; a mistake in the
 * program or its configuration, never something that happened on the wire.
 */
export class SeqrRequestError extends Error {
  override readonly name = 'SeqrRequestError';

  /** @param field the element of the request (or the option) that is wrong; its value is never repeated here. */
  constructor(
    readonly code:
      | 'EMPTY'
      | 'TOO_LONG'
      | 'TOO_SHORT'
      | 'FORBIDDEN_CHARACTER'
      | 'ILLEGAL_AMOUNT'
      | 'CURRENCY_MISMATCH'
      | 'ROWS_DO_NOT_ADD_UP'
      | 'TOO_MANY_ROWS'
      | 'TOO_MANY_TOKENS'
      | 'NOT_A_NUMBER'
      | 'NOT_A_DATE'
      | 'NOT_A_URL'
      | 'NO_TIMEOUT'
      | 'PLAIN_HTTP',
    readonly field: string,
    message: string,
  ) {
    super(`${field}: ${message}`);
  }
}
