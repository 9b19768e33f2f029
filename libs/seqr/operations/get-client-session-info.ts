import { UnknownOutcomeError } from '../outcome-errors.js';
import { checkedText, LENGTHS } from '../wire-fields.js';
import { onlyChild, requiredTextOf, textOf, type XmlElement } from '../xml-element.js';

import type { Operation } from './operation.js';

/** Two that are always there, and the parameters of one QR text, which holds 2,953 bytes at most. */
const ENTRIES_MAX = 100;

export interface SessionQuestion {
  /** What the app appends to our page's URL behind "#". It opens the payer's session: treat it like a password. */
  readonly key: string;
}

export interface ClientSession {
  /** The payer's phone number: personal data, in no log and no error. */
  readonly msisdn: string;
  readonly subscriberKey: string;
  /** The parameters of the QR text that led here, by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * SEQR API page of 2016, getClientSessionInfo: who stands behind a session that the app has opened. Refusals 60, 61 and 62:
 * the session has expired, was cancelled, is still running.
 */
export const getClientSessionInfo: Operation<SessionQuestion, ClientSession> = {
  name: 'getClientSessionInfo',
  request: ({ key }) => ({ key: checkedText('key', key, LENGTHS.text) }),
  secrets: ({ key }) => [key],
  answer: (reply) => {
    const parameters = readEntries(onlyChild(reply, 'parameters'));
    const msisdn = take(parameters, 'msisdn');
    const subscriberKey = take(parameters, 'subscriberKey');
    return { msisdn, subscriberKey, parameters };
  },
};

/** A plain Java map: its entries stand directly in `parameters`. */
function readEntries(map: XmlElement | undefined): Map<string, string> {
  const entries = new Map<string, string>();
  for (const entry of map?.children ?? []) {
    if (entry.name !== 'entry' || entry.uri !== '') throw new UnknownOutcomeError('SHAPE', 'parameters is not a map');
    const key = requiredTextOf(entry, 'key');
    if (entries.has(key)) throw new UnknownOutcomeError('SHAPE', 'a parameter occurs twice');
    if (entries.size >= ENTRIES_MAX) throw new UnknownOutcomeError('XML_LIMIT', `more than ${ENTRIES_MAX} parameters`);
    entries.set(key, textOf(entry, 'value') ?? '');
  }
  return entries;
}

function take(parameters: Map<string, string>, key: string): string {
  const value = parameters.get(key);
  if (value === undefined || value === '') throw new UnknownOutcomeError('SHAPE', `success without ${key}`);
  parameters.delete(key);
  return value;
}
