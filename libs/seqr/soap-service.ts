import { fileURLToPath } from 'node:url';

import { createClientAsync, type IHttpClient } from 'soap';

import type { BoundedHttpClient } from './bounded-http-client.js';
import type { RawExchange } from './exchange.js';
import { readMessage } from './message-reading.js';
import type { OperationName } from './operation-name.js';
import { UnknownOutcomeError } from './outcome-errors.js';
import { elementsOf } from './request-writer.js';
import type { WireFields } from './wire-fields.js';
import type { XmlElement } from './xml-element.js';

/** Each is a web service of its own, described by the WSDL of this name. */
export type ServiceName = 'cashregister-2' | 'client-session-info';

/** Told of the request and of what came back, before it is read. */
type Watch = (exchange: RawExchange) => void;

/** A request of one operation without its elements, as `soap` writes it from the WSDL. */
interface Frame {
  readonly head: string;
  readonly tail: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * SEQR's SOAP service, driven by its WSDL: `soap` reads it and writes the frame of each operation's request, once; what
 * stands inside, connections and the reading of replies are ours. `soap`'s own way through a call costs four times as
 * much (docs/performance.md); its reader turns decimals into floats, takes `<resultCode/>` for 0 and two
 * values for an array, and its HTTP client follows redirects and inflates without limit.
 */
export class SoapService {
  private constructor(
    private readonly frames: ReadonlyMap<string, Frame>,
    private readonly http: BoundedHttpClient,
  ) {}

  /** Parses the WSDL from its file; what it says about addresses is ignored. */
  static async load(service: ServiceName, endpoint: URL, http: BoundedHttpClient): Promise<SoapService> {
    const wsdl = fileURLToPath(new URL(`./wsdl/${service}.wsdl`, import.meta.url));
    const written: { xml: string; headers: Record<string, string> }[] = [];
    const client = await createClientAsync(wsdl, { endpoint: endpoint.href, httpClient: listenerOf(written) });
    const frames = new Map<string, Frame>();
    for (const operation of operationsOf(client.describe())) {
      (client[operation] as Method)({}, () => undefined);
      const request = written.pop();
      if (request === undefined) throw new Error(`soap wrote no request for ${operation}`);
      frames.set(operation, frameOf(operation, request.xml, request.headers));
    }
    return new SoapService(frames, http);
  }

  /**
   * @param fields the request's children in the schema's order
   * @param replyBytesMax the longest reply, when it is not the default
   * @returns the reply's `return`
   * @throws NotSentError, UnknownOutcomeError
   */
  async call(operation: OperationName, fields: WireFields, replyBytesMax?: number, watch?: Watch): Promise<XmlElement> {
    const frame = this.frames.get(operation);
    if (frame === undefined) throw new Error(`the WSDL has no operation ${operation}`);
    const request = frame.head + elementsOf(fields) + frame.tail;
    watch?.({ request });
    const reply = await this.http.post(frame.headers, request, replyBytesMax);
    watch?.({ request, reply: reply.body.toString('utf8'), httpStatus: reply.status });
    const message = readMessage(reply);
    if (message.name !== `${operation}Response`) {
      throw new UnknownOutcomeError('SHAPE', `the reply is not ${operation}Response`, 200);
    }
    const [content, ...rest] = message.children;
    if (content?.name !== 'return' || content.uri !== '' || rest.length > 0) {
      throw new UnknownOutcomeError('SHAPE', 'the reply does not hold exactly one return', 200);
    }
    return content;
  }
}

type Method = (fields: object, done: () => void) => void;

/** Keeps what `soap` would send, and sends nothing. */
function listenerOf(written: { xml: string; headers: Record<string, string> }[]): IHttpClient {
  return {
    request(_url, xml: string, callback, headers: Record<string, string>) {
      written.push({ xml, headers });
      callback(new Error('nothing is sent'));
      return undefined as never;
    },
  };
}

/** Services, their ports, their operations: `soap`'s account of a WSDL. */
function operationsOf(described: Record<string, Record<string, object>>): string[] {
  return Object.values(described).flatMap((ports) => Object.values(ports).flatMap((port) => Object.keys(port)));
}

/** Split where the elements of the request belong: before the end tag of the operation. */
function frameOf(operation: string, xml: string, headers: Record<string, string>): Frame {
  const at = xml.search(new RegExp(`</[\\w]+:${operation}>`));
  if (at < 0) throw new Error(`soap wrote ${operation} in an unknown way`);
  const sent = { ...headers, Accept: 'text/xml', 'Accept-Encoding': 'identity' };
  return { head: xml.slice(0, at), tail: xml.slice(at), headers: sent };
}
