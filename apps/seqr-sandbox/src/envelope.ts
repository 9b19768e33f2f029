import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';

import { SchemaViolation } from './schema-violation.js';
import { escapeXml, parseXml, XmlError, type XmlElement } from './xml.js';

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const MESSAGES = 'http://external.interfaces.ers.seamless.com/';

/**
 * The largest request body that is read, in bytes. A sendInvoice of a hundred rows takes a third of it; SEQR names no
 * limit, and a stand-in needs one to stay standing.
 */
export const BODY_BYTES_MAX = 64 * 1024;

/** @throws SchemaViolation unless the headers are those of a SOAP 1.1 request to SEQR (an empty SOAPAction, in quotes). */
export function checkHeaders(headers: IncomingHttpHeaders): void {
  const [mediaType, ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (mediaType !== 'text/xml') throw new SchemaViolation('Content-Type: must be text/xml (SOAP 1.1)');
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset && !/^charset="?utf-8"?$/.test(charset))
    throw new SchemaViolation('Content-Type: the charset must be utf-8');
  if (headers['content-encoding'] !== undefined) throw new SchemaViolation('Content-Encoding: none is understood');
  const action = headers['soapaction'];
  if (action === undefined) throw new SchemaViolation('SOAPAction: the header is missing, it must be sent empty ("")');
  if (action !== '""' && action !== '') throw new SchemaViolation('SOAPAction: must be empty ("") for every operation');
}

/**
 * Opens a SOAP 1.1 envelope.
 *
 * @returns the one child of Body.
 * @throws SchemaViolation
 */
export function openEnvelope(body: Buffer): XmlElement {
  const envelope = readXml(body);
  if (envelope.name !== 'Envelope') throw new SchemaViolation(`${envelope.name}: the document must be a SOAP Envelope`);
  if (envelope.namespace !== SOAP_11)
    throw new SchemaViolation(`Envelope: must be in the namespace of SOAP 1.1, ${SOAP_11}`);
  for (const part of [envelope, ...envelope.children]) {
    if (part.namespace !== SOAP_11)
      throw new SchemaViolation(`Envelope/${part.name}: only Header and Body may stand here`);
    if (part.attributes.size > 0) throw new SchemaViolation(`${part.name}: SEQR declares no attributes`);
    if (part.text.trim() !== '') throw new SchemaViolation(`${part.name}: holds text between its elements`);
  }
  const [first, second] = envelope.children.map(({ name }) => name);
  const hasHeader = first === 'Header';
  if ((hasHeader ? second : first) !== 'Body' || envelope.children.length !== (hasHeader ? 2 : 1)) {
    throw new SchemaViolation('Envelope: must hold one Body, with at most one Header before it');
  }
  if (hasHeader && envelope.children[0]?.children.length !== 0) {
    throw new SchemaViolation('Header: must be empty, SEQR declares no SOAP headers');
  }
  const messages = envelope.children.at(-1)?.children ?? [];
  const [message] = messages;
  if (!message || messages.length !== 1) {
    throw new SchemaViolation(`Body: must hold exactly one element, the operation; it holds ${messages.length}`);
  }
  return message;
}

function readXml(body: Buffer): XmlElement {
  if (!isUtf8(body)) throw new SchemaViolation('Envelope: the body is not UTF-8');
  try {
    return parseXml(body.toString('utf8'));
  } catch (error) {
    if (error instanceof XmlError) throw new SchemaViolation(`Envelope: ${error.message}`);
    throw error;
  }
}

/** What stands in a reply: values in their order, groups nested, undefined left out. */
export type ReplyFields = readonly (readonly [name: string, value: string | number | ReplyFields | undefined])[];

/** The reply in the shape the live service gives it: the wrapper alone is qualified, with the prefix ns2. */
export function replyEnvelope(operation: string, fields: ReplyFields): string {
  const name = `ns2:${operation}Response`;
  return wrap(`<${name} xmlns:ns2="${MESSAGES}"><return>${writeFields(fields)}</return></${name}>`);
}

/** @param who "Client" when the request is to blame, "Server" otherwise (SOAP 1.1, section 4.4.1). */
export function faultEnvelope(who: 'Client' | 'Server', reason: string): string {
  return wrap(
    `<soap:Fault><faultcode>soap:${who}</faultcode><faultstring>${escapeXml(reason)}</faultstring></soap:Fault>`,
  );
}

function wrap(body: string): string {
  return `<soap:Envelope xmlns:soap="${SOAP_11}"><soap:Body>${body}</soap:Body></soap:Envelope>`;
}

function writeFields(fields: ReplyFields): string {
  return fields
    .map(([name, value]) => {
      if (value === undefined) return '';
      const content = typeof value === 'object' ? writeFields(value) : escapeXml(String(value));
      return `<${name}>${content}</${name}>`;
    })
    .join('');
}
