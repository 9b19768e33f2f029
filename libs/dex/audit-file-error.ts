/** Faults after which a file can still be kept, if somebody wants it: it is read, and never compared. */
export const UNTRUSTED_CODES = ['NO_END', 'WRONG_SEGMENT_COUNT', 'NO_CRC', 'WRONG_CRC'] as const;
export type UntrustedCode = (typeof UNTRUSTED_CODES)[number];

export type AuditFileFaultCode =
  UntrustedCode | 'TOO_LARGE' | 'TOO_MANY_LINES' | 'LINE_TOO_LONG' | 'NOT_TEXT' | 'NO_START' | 'MORE_THAN_ONE_SET';

/** What is wrong with a file. `message` says where, and what to do. */
export class AuditFileError extends Error {
  override readonly name = 'AuditFileError';
  constructor(
    readonly code: AuditFileFaultCode,
    message: string,
  ) {
    super(message);
  }
}
