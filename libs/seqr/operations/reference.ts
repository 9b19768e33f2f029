import { UnknownOutcomeError } from '../outcome-errors.js';
import { checkedText, LENGTHS } from '../wire-fields.js';
import { textOf, type XmlElement } from '../xml-element.js';

/** References are SEQR's, opaque to us: 13 digits in old samples, 17 in newer ones. */
const REFERENCE = /^[!-~]{1,64}$/;

/** @throws SeqrRequestError */
export function checkedReference(field: string, reference: string): string {
  return checkedText(field, reference, LENGTHS.id);
}

/** @returns undefined when the reply has none. @throws UnknownOutcomeError when it is too long or holds blanks */
export function readReference(parent: XmlElement, name: string): string | undefined {
  const reference = textOf(parent, name);
  if (reference === undefined || reference === '') return undefined;
  if (REFERENCE.test(reference)) return reference;
  throw new UnknownOutcomeError('VALUE', `${name} is not a reference`);
}
