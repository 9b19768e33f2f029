import { fileURLToPath } from 'node:url';

import { createClientAsync, type Client, type IHttpClient } from 'soap';

import type { BoundedHttpClient } from './bounded-http-client.js';
import { readMessage } from './message-reading.js';
import { UnknownOutcomeError } from './outcome-errors.js';
import type { WireFields } from './wire-fields.js';
import type { XmlElement } from './xml-element.js';

export type OperationName =
  'sendInvoice' | 'getPaymentStatus' | 'updateInvoice' | 'commitReservation' | 'cancelInvoice' | 'submitPaymentReceipt';

const WSDL_PATH = fileURLToPath(new URL('./wsdl/cashregister-2.wsdl', import.meta.url));

/**
 * SEQR's SOAP service, driven by its WSDL: `soap` writes the requests and makes the calls; connections and the reading of
 * replies are ours. `soap`'s own reader turns decimals into floats, takes `<resultCode/>` for 0 and two values for an
 * array, and its HTTP client follows redirects and inflates without limit.
 */
export class SoapService {
  private constructor(private readonly client: Client) {}

  /** Parses the WSDL from its file; what it says about addresses is ignored. */
  static async load(endpoint: URL, http: BoundedHttpClient): Promise<SoapService> {
    const client = await createClientAsync(WSDL_PATH, {
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
   * @returns the reply's `return`
   * @throws NotSentError, UnknownOutcomeError
   */
  async call(operation: OperationName, fields: WireFields): Promise<XmlElement> {
    const method = this.client[`${operation}Async`] as (fields: WireFields) => Promise<[XmlElement | undefined]>;
    const [message] = await method(fields);
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

/**
 * The bounded client as `soap` wants it. `soap` takes the answer from the callback and ignores the promise. In place of
 * the reply's text it gets the message that was read from it, and hands that on to `xmlToObject`.
 */
function transportOver(http: BoundedHttpClient): IHttpClient {
  return {
    async request(_url, xml: string, callback, headers: Record<string, string>) {
      let message: XmlElement;
      try {
        message = readMessage(await http.post({ ...headers, Accept: 'text/xml', 'Accept-Encoding': 'identity' }, xml));
      } catch (error) {
        return callback(error) as never;
      }
      return callback(null, { status: 200 }, message) as never;
    },
  };
}
