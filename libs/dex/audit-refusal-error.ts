export type AuditRefusalCode = 'NO_SUCH_MACHINE' | 'WRONG_MACHINE' | 'WRONG_CURRENCY' | 'READ_IN_THE_FUTURE';

/** Why a file that is whole is not kept for this machine. `message` says where, and what to do. */
export class AuditRefusalError extends Error {
  override readonly name = 'AuditRefusalError';
  constructor(
    readonly code: AuditRefusalCode,
    message: string,
  ) {
    super(message);
  }
}
