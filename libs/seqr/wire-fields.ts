import { SeqrRequestError } from './request-error.js';

/** The children of an element, in the schema's order; an element whose value is undefined is left out. */
export interface WireFields {
  readonly [element: string]: string | undefined | WireFields | readonly WireFields[];
}

/**
 * Longest texts we send, in UTF-16 units as SEQR's Java counts them. SEQR states a length for few elements; where it does
 * not, these keep a request below some 100 kB and a runaway text out of a payer's phone.
 */
export const LENGTHS = {
  /** SEQR API page, clientReference. */
  clientReference: 32,
  /** Identifiers: ours, and references which SEQR hands out with at most 32 characters. */
  id: 64,
  /** What people read: titles, footers, descriptions. */
  text: 255,
  /** A URL with a capability in it is below 200 characters; 2048 is what every HTTP implementation takes. */
  url: 2048,
} as const;

// Outside XML 1.0's Char, or a control character: C0, DEL, C1, lone surrogates, U+FFFE and U+FFFF.
const FORBIDDEN = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

// The request builder would copy such a text into the document as it stands, unescaped: an open door for markup.
const LOOKS_LIKE_CDATA = /^<!\[CDATA\[[^]*\]\]>$/;

/**
 * Checks a text that will stand in a request. Markup in it is harmless: the request builder escapes it.
 *
 * @throws SeqrRequestError EMPTY, TOO_LONG, FORBIDDEN_CHARACTER
 */
export function checkedText(field: string, text: string, max: number): string {
  if (text === '') throw new SeqrRequestError('EMPTY', field, 'must not be empty');
  if (text.length > max) throw new SeqrRequestError('TOO_LONG', field, `longer than ${max} characters`);
  if (FORBIDDEN.test(text)) {
    throw new SeqrRequestError('FORBIDDEN_CHARACTER', field, 'holds a control character or half a surrogate pair');
  }
  if (LOOKS_LIKE_CDATA.test(text)) {
    throw new SeqrRequestError('FORBIDDEN_CHARACTER', field, 'is written as a CDATA section');
  }
  return text;
}

/** @throws SeqrRequestError NOT_A_NUMBER unless `min <= value <= max` and whole */
export function checkedWhole(field: string, value: number, min: number, max: number): string {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new SeqrRequestError('NOT_A_NUMBER', field, `must be a whole number from ${min} to ${max}`);
  }
  return String(value);
}

/** An absolute http or https URL (SEQR API page, code 64: anything else is refused). @throws SeqrRequestError NOT_A_URL */
export function checkedUrl(field: string, url: string): string {
  const text = checkedText(field, url, LENGTHS.url);
  if (!/^https?:\/\/[^\s]+$/.test(text) || !URL.canParse(text)) {
    throw new SeqrRequestError('NOT_A_URL', field, 'must be an absolute http or https URL');
  }
  return text;
}
