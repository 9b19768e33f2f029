import { tokenInFragment } from './token.js';

let token: string | null = null;

/** Takes the token out of the address, so that it stays neither on the screen nor in the history. */
export function takeTokenFromAddress(): boolean {
  const found = tokenInFragment(window.location.hash);
  if (found === null) return false;
  token = found;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return true;
}

/** The token of the link that was opened, until the server has judged it. */
export function pendingToken(): string | null {
  return token;
}

export function forgetToken(): void {
  token = null;
}
