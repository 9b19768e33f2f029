/**
 * Why a machine could not be provisioned, or its terminal not removed; the message is for the operator, and holds no
 * secret.
 *
 * - NO_SUCH_MACHINE: neither an id nor a reservation token of a machine;
 * - BUSY: somebody else is provisioning this machine;
 * - BEING_REMOVED: a removal was begun and has to be ended first;
 * - PURCHASE_OPEN: a purchase still needs the terminal;
 * - UNFIT: what would be sent is nothing that SEQR takes;
 * - NOT_SENT: nothing reached SEQR, nothing has changed;
 * - REFUSED: SEQR said no;
 * - SEQR_ID_TAKEN: SEQR's code 53;
 * - UNKNOWN: it was sent, and no readable answer came.
 */
export type ProvisioningFault =
  | 'NO_SUCH_MACHINE'
  | 'BUSY'
  | 'BEING_REMOVED'
  | 'PURCHASE_OPEN'
  | 'UNFIT'
  | 'NOT_SENT'
  | 'REFUSED'
  | 'SEQR_ID_TAKEN'
  | 'UNKNOWN';

export class ProvisioningError extends Error {
  override readonly name = 'ProvisioningError';
  constructor(
    readonly code: ProvisioningFault,
    message: string,
  ) {
    super(message);
  }
}
