/** The result codes of the SOAP service that the sandbox gives out by its own rules (SEQR API page, "Result codes"). */
export const RESULT_CODES = {
  SUCCESS: 0,
  REJECTED_AMOUNT: 11,
  AUTHENTICATION_FAILED: 20,
  ACCESS_DENIED: 21,
  INVALID_ERS_REFERENCE: 23,
  INVALID_INITIATOR_PRINCIPAL_ID: 29,
  INITIATOR_PRINCIPAL_NOT_FOUND: 37,
  INVALID_INVOICE_DATA: 49,
  CANNOT_CANCEL_PAID_INVOICE: 50,
  CANNOT_CANCEL_INVOICE_IN_PROGRESS: 51,
  INVALID_INVOICE_REFERENCE: 54,
  PAYMENT_EXPIRED: 58,
  INVALID_NOTIFICATION_URL: 64,
  SYSTEM_ERROR: 90,
  UNSUPPORTED_OPERATION: 91,
  SYSTEM_BUSY: 93,
  INVOICE_ALREADY_CANCELED: 95,
  INVOICE_STATE_NOT_RESERVED: 96,
} as const;

export type ResultName = keyof typeof RESULT_CODES;

/** "INVALID_INVOICE_DATA" for 49; what SEQR's own class says for a number it does not know. */
export function nameOfResult(code: number): string {
  const known = Object.entries(RESULT_CODES).find(([, number]) => number === code);
  return known?.[0] ?? `UNKNOWN ERSWSResultCode = ${code}`;
}

/** A request that was understood and refused: answered with HTTP 200 and this result code, as SEQR does. */
export class SeqrRefusal extends Error {
  override readonly name = 'SeqrRefusal';
  readonly resultCode: number;

  constructor(
    readonly code: ResultName,
    /** Why, for the sandbox's call list; never holds a secret. */
    readonly reason: string,
  ) {
    super(`${code}: ${reason}`);
    this.resultCode = RESULT_CODES[code];
  }
}
