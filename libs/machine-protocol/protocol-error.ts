/** A message that is not of the protocol. `message` says what was wrong and where; it never repeats the payload. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly code: 'TOO_LARGE' | 'NOT_JSON' | 'NOT_SIGNED' | 'FORGED' | 'NOT_OF_THE_PROTOCOL' | 'OTHER_MACHINE',
    message: string,
  ) {
    super(message);
  }
}
