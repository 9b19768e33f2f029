/**
 * Why a sticker cannot be made; the message names the machine.
 *
 * - TOO_LONG: the code's text has more characters than SEQR's print guidelines allow;
 * - UNSAFE: the token or merchant id holds what cannot stand in a URL as it is;
 * - NO_STATIC_CODE: the machine's terminal has no SEQR id;
 * - UNPRINTABLE: the PDF's fonts have no such letter.
 */
export class StickerError extends Error {
  override readonly name = 'StickerError';
  constructor(
    readonly code: 'TOO_LONG' | 'UNSAFE' | 'NO_STATIC_CODE' | 'UNPRINTABLE',
    message: string,
  ) {
    super(message);
  }
}
