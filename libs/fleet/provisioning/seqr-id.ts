import { createHash } from 'node:crypto';

import type { Configuration } from '#platform/configuration.js';

/** With `HTTP://SEQR.SE/Q` before it, it fills the 50 characters that the vendor's print guidelines allow. */
export const SEQR_ID_MAX = 34;
const PREFIX_MAX = 16;
/** Enough to tell apart the few machines whose ids differ in punctuation only. */
const DIGEST_LENGTH = 6;

/**
 * The name of a machine's static code: letters and digits only, unique at SEQR, with a prefix of one's own (SEQR API
 * page, assignSeqrId). The machine's id without its punctuation, so that people recognise it.
 *
 * @param prefix letters and digits, at most 16
 * @param isTaken by another machine of ours; that SEQR knows no other like it shows when it is asked
 */
export function seqrIdOf(prefix: string, machineId: string, isTaken: (seqrId: string) => boolean): string {
  const name = machineId.replaceAll(/[^A-Za-z0-9]/g, '');
  const plain = prefix + name;
  if (name !== '' && plain.length <= SEQR_ID_MAX && !isTaken(plain)) return plain;
  const digest = createHash('sha256').update(machineId).digest('hex').slice(0, DIGEST_LENGTH);
  return prefix + name.slice(0, SEQR_ID_MAX - prefix.length - DIGEST_LENGTH) + digest;
}

/** One's own at SEQR: the reseller's id where none is set, which is one's own too. */
export function seqrIdPrefixOf({
  SEQR_ID_PREFIX,
  SEQR_RESELLER_ID,
}: Pick<Configuration, 'SEQR_ID_PREFIX' | 'SEQR_RESELLER_ID'>): string {
  return SEQR_ID_PREFIX ?? SEQR_RESELLER_ID.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, PREFIX_MAX);
}
