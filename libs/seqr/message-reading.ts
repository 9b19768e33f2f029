import type { HttpReply } from './bounded-http-client.js';
import { readEnvelope } from './envelope.js';
import { UnknownOutcomeError } from './outcome-errors.js';
import type { XmlElement } from './xml-element.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the SOAP message in an HTTP reply.
 *
 * Only status 200 can bring an answer. SOAP 1.1, section 6.2: a fault comes with status 500; its text is kept, and so is
 * that of a fault with another status.
 *
 * @throws UnknownOutcomeError
 */
export function readMessage(reply: HttpReply): XmlElement {
  try {
    const message = readEnvelope(textOfBody(reply));
    if (reply.status === 200) return message;
  } catch (error) {
    if (error instanceof UnknownOutcomeError && (reply.status === 200 || error.reason === 'FAULT')) {
      throw new UnknownOutcomeError(error.reason, error.message, reply.status);
    }
    if (!(error instanceof UnknownOutcomeError)) throw error;
  }
  throw new UnknownOutcomeError('HTTP_STATUS', `status ${reply.status}`, reply.status);
}

function textOfBody({ headers, body }: HttpReply): string {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity') throw new UnknownOutcomeError('CONTENT_ENCODING', 'an encoding nobody asked for');
  // SOAP 1.1 is text/xml; some proxies rewrite it to application/xml. SOAP 1.2's own type is another protocol.
  const type = /^(?:text|application)\/xml *(?:; *charset="?([\w-]{1,40})"? *)?$/i.exec(
    String(headers['content-type']),
  );
  if (!type) throw new UnknownOutcomeError('CONTENT_TYPE', 'not text/xml');
  if (type[1] !== undefined && type[1].toLowerCase() !== 'utf-8') {
    throw new UnknownOutcomeError('CHARSET', 'another charset than UTF-8');
  }
  try {
    return utf8.decode(body);
  } catch {
    throw new UnknownOutcomeError('CHARSET', 'not valid UTF-8');
  }
}
