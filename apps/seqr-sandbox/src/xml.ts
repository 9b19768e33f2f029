import { SaxesParser } from 'saxes';

/** An element as it was sent. Prefixes are gone: only names and namespaces mean something. */
export interface XmlElement {
  readonly name: string;
  /** Empty for "in no namespace". */
  readonly namespace: string;
  /** Without namespace declarations. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own text, CDATA included, children's text excluded. */
  readonly text: string;
}

export class XmlError extends Error {
  override readonly name = 'XmlError';
  readonly code = 'NOT_XML';
}

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}

/**
 * Reads one XML 1.0 document, namespaces on. A document type and processing instructions are refused, since SOAP 1.1
 * (section 3) forbids both in a message; with the document type go all entities of one's own.
 *
 * @throws XmlError
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  const refuse = (reason: string): never => {
    throw new XmlError(reason);
  };
  parser.on('error', (error) => refuse(`not well-formed XML: ${error.message}`));
  parser.on('doctype', () => refuse('a document type (DOCTYPE) is not allowed in a SOAP message'));
  parser.on('processinginstruction', () => refuse('processing instructions are not allowed in a SOAP message'));
  parser.on('xmldecl', ({ encoding }) => {
    if (encoding && encoding.toLowerCase() !== 'utf-8') refuse(`the encoding must be UTF-8, not ${encoding}`);
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.values(tag.attributes)
      .filter(({ name, prefix }) => name !== 'xmlns' && prefix !== 'xmlns')
      .map(({ name, value }) => [name, value] as const);
    const element = { name: tag.local, namespace: tag.uri, attributes: new Map(attributes), children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  const addText = (piece: string) => {
    const element = open.at(-1);
    if (element) element.text += piece;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text).close();
  return root ?? refuse('not well-formed XML: no element');
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The text at "context/initiatorPrincipalId/id" below the element; undefined when an element of the path is missing. */
export function textAt(element: XmlElement | undefined, path: string): string | undefined {
  return path.split('/').reduce(childOf, element)?.text;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}
