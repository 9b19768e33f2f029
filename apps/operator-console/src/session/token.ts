/** The longest token that is worth sending; the server's are far shorter. */
const TOKEN_LENGTH_MAX = 512;

/** The token in an address' fragment ("#token=XXXX"), or null. */
export function tokenInFragment(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')?.trim();
  return token && token.length <= TOKEN_LENGTH_MAX ? token : null;
}

/** What a person pastes is the token or the whole link that was printed with it. */
export function tokenInPaste(text: string): string | null {
  const trimmed = text.trim();
  const hash = trimmed.indexOf('#');
  if (hash >= 0) return tokenInFragment(trimmed.slice(hash));
  return trimmed && trimmed.length <= TOKEN_LENGTH_MAX ? trimmed : null;
}
