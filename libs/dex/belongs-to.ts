import { AuditRefusalError } from './audit-refusal-error.js';
import type { AuditReport } from './audit-report.js';
import type { PlacedSegment } from './segments.js';

/** What is known of the machine that a file is uploaded for. */
export interface KnownMachine {
  readonly id: string;
  readonly currency: string;
  /** The serial number in its last file; null when it has none yet, or none in it. */
  readonly serial: string | null;
  /** Another machine with a file of this very serial number and model, or with this very file. */
  readonly otherOwner: string | null;
}

/**
 * @param acceptedSerial the serial number that the operator says the machine has from now on
 * @throws AuditRefusalError WRONG_MACHINE, WRONG_CURRENCY.
 */
export function requireOwnFile(
  { machine, money }: AuditReport,
  segments: readonly PlacedSegment[],
  known: KnownMachine,
  acceptedSerial: string | null,
): void {
  const lineOf = (id: string) => {
    const line = segments.find((segment) => segment.id === id)?.line;
    return line === undefined ? `no line (${id})` : `line ${line} (${id})`;
  };
  const { serial } = machine;
  const isAccepted = serial !== null && acceptedSerial === serial;
  const accept = `If the machine got another board, name its new serial number with the upload`;
  if (acceptedSerial !== null && !isAccepted) {
    throw new AuditRefusalError(
      'WRONG_MACHINE',
      `${lineOf('ID1')} has the serial number ${serial ?? '(none)'}, and not ${acceptedSerial} as you said`,
    );
  }
  if (!isAccepted && known.otherOwner !== null) {
    throw new AuditRefusalError(
      'WRONG_MACHINE',
      `${lineOf('ID1')} has the serial number ${serial ?? '(none)'}, and files with it are kept for the machine ${known.otherOwner}. Upload it for that machine. ${accept}`,
    );
  }
  if (!isAccepted && known.serial !== null && known.serial !== serial) {
    throw new AuditRefusalError(
      'WRONG_MACHINE',
      `${lineOf('ID1')} has the serial number ${serial ?? '(none)'}, and the files of the machine ${known.id} have ${known.serial}. Upload it for the machine that it was read from. ${accept}`,
    );
  }
  const letters = money.currencyLetters;
  if (letters !== null && letters !== known.currency) {
    throw new AuditRefusalError(
      'WRONG_CURRENCY',
      `${lineOf('ID4')} counts in ${letters}, and the machine ${known.id} sells in ${known.currency}. Upload it for the machine that it was read from, or set the currency in the machine`,
    );
  }
}
