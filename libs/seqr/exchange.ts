import type { OperationName } from './operation-name.js';

/** One request and what came back, as XML. Passwords and session keys are masked, and so is who paid. */
export interface SeqrExchange {
  readonly operation: OperationName;
  readonly clientReference: string;
  readonly request: string;
  /** The body as it came, whatever it is. Absent when none came whole. */
  readonly reply?: string;
  readonly httpStatus?: number;
  /** ISO 8601, UTC. */
  readonly sentAt: string;
  readonly durationMs: number;
}

/** What the transport saw of one call. */
export interface RawExchange {
  readonly request: string;
  readonly reply?: string;
  readonly httpStatus?: number;
}

const MASK = '***';

/** Elements that hold a password or a phone number; the second is the entry of a session's parameters. */
const PRIVATE_ELEMENTS = [
  /(<(?:[\w.-]+:)?(?:password|payerTerminalId)\b[^<>]*>)[^<]*/g,
  /(>\s*msisdn\s*<[^<>]*>\s*<[^<>]*>)[^<]*/g,
];

/**
 * Takes passwords and the payer's phone number out of a raw document.
 *
 * @param secrets masked wherever they stand, in whatever way XML lets them be written
 */
export function masked(xml: string, secrets: readonly string[]): string {
  const without = PRIVATE_ELEMENTS.reduce((text, element) => text.replaceAll(element, `$1${MASK}`), xml);
  return secrets.reduce((text, secret) => text.replaceAll(spellingsOf(secret), MASK), without);
}

const NAMED: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** Each character as it stands, as a named entity or as a reference to its number. */
function spellingsOf(secret: string): RegExp {
  const characters = Array.from(secret, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const name = NAMED[character];
    const spellings = [`\\u{${code.toString(16)}}`, `&#0*${code};`, `&#x0*${hexOf(code)};`];
    return `(?:${[...spellings, ...(name === undefined ? [] : [`&${name};`])].join('|')})`;
  });
  return new RegExp(characters.join(''), 'gu');
}

/** Hexadecimal in either case; the rest of the pattern must keep its case. */
function hexOf(code: number): string {
  return Array.from(code.toString(16), (digit) => `[${digit}${digit.toUpperCase()}]`).join('');
}
