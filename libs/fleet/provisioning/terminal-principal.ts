import type { Keys } from '#platform/keys.js';
import type { Principal } from '#seqr/principal.js';

/** A machine as SEQR's caller. @throws SealBrokenError when the password does not open. */
export function terminalPrincipal(
  keys: Keys,
  terminal: { readonly machineId: string; readonly terminalId: string; readonly secret: Uint8Array },
): Principal {
  const password = keys.open('terminal', terminal.secret, terminal.machineId);
  return { type: 'TERMINALID', id: terminal.terminalId, password };
}
