import { randomInt } from 'node:crypto';

/** Without I, L, O and U, which are read or typed as something else. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Random ones that people read aloud and type, five bits each. */
export function randomLetters(count: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}
