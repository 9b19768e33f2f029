/**
 * Serial lines come as "> C,START,20.00" (to the machine) and "< c,STATUS,IDLE" (from it), in the machine protocol's
 * writing; all else is plain text.
 */
export function readEvidence(line: string): { readonly sign: '→' | '←' | ''; readonly text: string } {
  if (line.startsWith('> ')) return { sign: '→', text: line.slice(2) };
  if (line.startsWith('< ')) return { sign: '←', text: line.slice(2) };
  return { sign: '', text: line };
}
