import { SaxesParser } from 'saxes';

import { UnknownOutcomeError } from './outcome-errors.js';
import { onlyChild, type XmlElement } from './xml-element.js';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
export const MESSAGES = 'http://external.interfaces.ers.seamless.com/';
const SCHEMA_INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

/** A paid receipt with a hundred rows has 1,100 elements nested eight deep. */
const DEPTH_MAX = 32;
const ELEMENTS_MAX = 2000;
/** SEQR's replies have a handful, all of them namespaces; one for each element is more than enough. */
const ATTRIBUTES_MAX = ELEMENTS_MAX;

/**
 * Reads a SOAP 1.1 reply.
 *
 * Stricter than a general reader, because a wrong reading costs money: a DOCTYPE or processing instruction (SOAP 1.1,
 * section 3: a message must not contain them), xsi:nil (nothing of SEQR's is nillable), text between elements and anything
 * beside the one expected path end the reading.
 *
 * @param text the whole document
 * @returns the one child of Body, in SEQR's namespace
 * @throws UnknownOutcomeError XML, XML_LIMIT, SHAPE, FAULT
 */
export function readEnvelope(text: string): XmlElement {
  const envelope = readDocument(text);
  if (!isSoap(envelope, 'Envelope')) throw new UnknownOutcomeError('SHAPE', 'not a SOAP 1.1 envelope');
  const parts = envelope.children;
  const body = parts.at(-1);
  if (
    !body ||
    !isSoap(body, 'Body') ||
    parts.slice(0, -1).some((part) => !isSoap(part, 'Header')) ||
    parts.length > 2
  ) {
    throw new UnknownOutcomeError('SHAPE', 'the envelope is not an optional header and one body');
  }
  const message = body.children[0];
  if (!message || body.children.length > 1) throw new UnknownOutcomeError('SHAPE', 'the body is not one element');
  if (isSoap(message, 'Fault')) {
    throw new UnknownOutcomeError('FAULT', onlyChild(message, 'faultstring')?.text ?? 'without a faultstring');
  }
  if (message.uri !== MESSAGES) throw new UnknownOutcomeError('SHAPE', 'the message is in a foreign namespace');
  return message;
}

function isSoap(element: XmlElement, name: string): boolean {
  return element.uri === SOAP && element.name === name;
}

function readDocument(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let attributeCount = 0;

  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') throw new UnknownOutcomeError('XML', 'another version of XML than 1.0');
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
      throw new UnknownOutcomeError('CHARSET', 'declares another encoding than UTF-8');
    }
  });
  parser.on('doctype', () => {
    throw new UnknownOutcomeError('XML', 'holds a DOCTYPE');
  });
  parser.on('processinginstruction', () => {
    throw new UnknownOutcomeError('XML', 'holds a processing instruction');
  });
  parser.on('error', () => {
    // The parser's own message may quote the document.
    throw new UnknownOutcomeError('XML', 'not well-formed');
  });
  parser.on('attribute', () => {
    attributeCount += 1;
    if (attributeCount > ATTRIBUTES_MAX) {
      throw new UnknownOutcomeError('XML_LIMIT', `more than ${ATTRIBUTES_MAX} attributes`);
    }
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    elements += 1;
    if (elements > ELEMENTS_MAX) throw new UnknownOutcomeError('XML_LIMIT', `more than ${ELEMENTS_MAX} elements`);
    if (open.length >= DEPTH_MAX) throw new UnknownOutcomeError('XML_LIMIT', `nested deeper than ${DEPTH_MAX}`);
    if (Object.values(attributes).some((attribute) => attribute.uri === SCHEMA_INSTANCE && attribute.local === 'nil')) {
      throw new UnknownOutcomeError('SHAPE', 'holds xsi:nil');
    }
    const element: XmlElement = { name: local, uri, children: [], text: '' };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const addText = (characters: string) => {
    const element = open.at(-1);
    if (element) element.text += characters;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element && element.children.length > 0 && /[^ \t\r\n]/.test(element.text)) {
      throw new UnknownOutcomeError('SHAPE', 'text stands between elements');
    }
  });

  parser.write(text).close();
  if (!root) throw new UnknownOutcomeError('XML', 'empty document');
  return root;
}
