import { fileURLToPath } from 'node:url';

import { createClientAsync, type Client, type IHttpClient } from 'soap';

import type { BoundedHttpClient } from './bounded-http-client.js';
import type { RawExchange } from './exchange.js';
import { readMessage } from './message-reading.js';
import type { OperationName } from './operation-name.js';
import { UnknownOutcomeError } from './outcome-errors.js';
import type { WireFields } from './wire-fields.js';
import type { XmlElement } from './xml-element.js';

/** Each is a web service of its own, described by the WSDL of this name. */
export type ServiceName = 'cashregister-2' | 'client-session-info';

/** Told of the request and of what came back, before it is read. */
type Watch = (exchange: RawExchange) => void;

/** What one call says to the transport. */
interface CallOptions {
  readonly replyBytesMax: number | undefined;
  readonly watch: Watch | undefined;
}

/**
 * SEQR's SOAP service, driven by its WSDL: `soap` writes the requests and makes the calls; connections and the reading of
 * replies are ours. `soap`'s own reader turns decimals into floats, takes `<resultCode/>` for 0 and two values for an
 * array, and its HTTP client follows redirects and inflates without limit.
 */
export class SoapService {
  private constructor(private readonly client: Client) {}

  /** Parses the WSDL from its file; what it says about addresses is ignored. */
  static async load(service: ServiceName, endpoint: URL, http: BoundedHttpClient): Promise<SoapService> {
    const wsdl = fileURLToPath(new URL(`./wsdl/${service}.wsdl`, import.meta.url));
    const client = await createClientAsync(wsdl, {
      endpoint: endpoint.href,
      httpClient: transportOver(http),
      // The cached WSDL would be shared by all clients, and the next line changes it.
      disableCache: true,
    });
    client.wsdl.xmlToObject = (message: XmlElement) => ({ Body: { [message.name]: message } });
    return new SoapService(client);
  }

  /**
   * @param fields the request's children in the schema's order
   * @param replyBytesMax the longest reply, when it is not the default
   * @returns the reply's `return`
   * @throws NotSentError, UnknownOutcomeError
   */
  async call(operation: OperationName, fields: WireFields, replyBytesMax?: number, watch?: Watch): Promise<XmlElement> {
    const method = this.client[`${operation}Async`] as Method;
    const [message] = await method(fields, { replyBytesMax, watch });
    if (message?.name !== `${operation}Response`) {
      throw new UnknownOutcomeError('SHAPE', `the reply is not ${operation}Response`, 200);
    }
    const [content, ...rest] = message.children;
    if (content?.name !== 'return' || content.uri !== '' || rest.length > 0) {
      throw new UnknownOutcomeError('SHAPE', 'the reply does not hold exactly one return', 200);
    }
    return content;
  }
}

type Method = (fields: WireFields, options: CallOptions) => Promise<[XmlElement | undefined]>;

/**
 * The bounded client as `soap` wants it. `soap` takes the answer from the callback and ignores the promise. In place of
 * the reply's text it gets the message that was read from it, and hands that on to `xmlToObject`.
 */
function transportOver(http: BoundedHttpClient): IHttpClient {
  return {
    async request(_url, xml: string, callback, headers: Record<string, string>, options: CallOptions) {
      const { replyBytesMax, watch } = options;
      watch?.({ request: xml });
      let message: XmlElement;
      try {
        const sent = { ...headers, Accept: 'text/xml', 'Accept-Encoding': 'identity' };
        const reply = await http.post(sent, xml, replyBytesMax);
        watch?.({ request: xml, reply: reply.body.toString('utf8'), httpStatus: reply.status });
        message = readMessage(reply);
      } catch (error) {
        return callback(error) as never;
      }
      return callback(null, { status: 200 }, message) as never;
    },
  };
}
