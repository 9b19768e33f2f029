import { UnknownOutcomeError } from './outcome-errors.js';

/** An element of a reply. Comments are gone, CDATA is text, entities are resolved. */
export interface XmlElement {
  /** Local name; prefixes mean nothing. */
  readonly name: string;
  /** Namespace, '' for none. */
  readonly uri: string;
  readonly children: XmlElement[];
  /** All character data directly in the element, as it stands. */
  text: string;
}

/**
 * The one child of that name in no namespace: inside a message nothing is qualified (elementFormDefault). The order does
 * not matter, because the vendor's own samples do not keep it.
 *
 * @returns undefined when there is none
 * @throws UnknownOutcomeError SHAPE when there are two: which of them is meant, nobody can know
 */
export function onlyChild(parent: XmlElement, name: string): XmlElement | undefined {
  const [first, second] = parent.children.filter((child) => child.name === name);
  if (second) throw new UnknownOutcomeError('SHAPE', `${name} occurs twice`);
  if (first && first.uri !== '') throw new UnknownOutcomeError('SHAPE', `${name} is in a namespace`);
  return first;
}

/** The text of a simple child, as it stands. @throws UnknownOutcomeError SHAPE when it is doubled or holds elements */
export function textOf(parent: XmlElement, name: string): string | undefined {
  const child = onlyChild(parent, name);
  if (child && child.children.length > 0) throw new UnknownOutcomeError('SHAPE', `${name} holds elements`);
  return child?.text;
}

/** A text that must be there. @throws UnknownOutcomeError SHAPE when it is missing or empty */
export function requiredTextOf(parent: XmlElement, name: string): string {
  const text = textOf(parent, name);
  if (text === undefined || text === '') throw new UnknownOutcomeError('SHAPE', `${name} is missing or empty`);
  return text;
}
