import { fileURLToPath } from 'node:url';

import fc from 'fast-check';
import { type Client, createClientAsync } from 'soap';

import type { OperationName } from './operation-name.js';
import { elementsOf } from './request-writer.js';
import { SeqrSessionClient } from './session-client.js';
import { EVERY_OPERATION } from './test/every-operation.js';
import { clientOf, TERMINAL } from './test/fixtures.js';
import { at, type Node, parse } from './test/schema-check.js';
import { always, envelope, startStub, type StubServer } from './test/stub-server.js';
import type { WireFields } from './wire-fields.js';

let stub: StubServer;
/** What `soap` wrote last, and with which headers. */
let written: { xml: string; headers: Record<string, string> };

beforeAll(async () => {
  stub = await startStub(always(envelope('any', '<resultCode>0</resultCode>')));
});

afterAll(() => stub.stop());

async function soapClient(service: string): Promise<Client> {
  return createClientAsync(fileURLToPath(new URL(`./wsdl/${service}.wsdl`, import.meta.url)), {
    endpoint: 'http://127.0.0.1/unused',
    httpClient: {
      request(_url: string, xml: string, callback: (error: Error) => void, headers: Record<string, string>) {
        written = { xml, headers };
        callback(new Error('nothing is sent'));
        return undefined as never;
      },
    },
  });
}

/** The elements as an object again: texts, objects, and lists of objects where a name occurs again. */
function fieldsOf({ children }: Node): WireFields {
  const fields: Record<string, string | WireFields | readonly WireFields[]> = {};
  for (const child of children) {
    const value = child.children.length === 0 ? child.text : fieldsOf(child);
    const known = fields[child.name];
    if (known === undefined || typeof value === 'string') fields[child.name] = value;
    else fields[child.name] = [...(Array.isArray(known) ? (known as WireFields[]) : [known as WireFields]), value];
  }
  return fields;
}

describe('a request', () => {
  test('is byte for byte what soap writes, for every operation', async () => {
    const options = { endpoint: stub.endpoint, principal: TERMINAL, clientId: 'a < "b" & \'c\' >' };
    const clients = { client: await clientOf(options), sessions: await SeqrSessionClient.create(options) };
    const services = [await soapClient('cashregister-2'), await soapClient('client-session-info')];
    for (const [operation, { ask }] of Object.entries(EVERY_OPERATION)) {
      await ask(clients);
      const sent = stub.requests.at(-1);
      const message = at(parse(sent?.body ?? ''), 'Body').children[0];
      if (message === undefined) throw new Error('nothing was sent');

      const service = services.find((one) => operation in one);
      const write = service?.[operation] as ((fields: object, done: () => void) => void) | undefined;
      write?.(fieldsOf(message), () => undefined);

      expect(sent?.body).toBe(written.xml);
      for (const [name, value] of Object.entries(written.headers)) {
        expect(sent?.headers[name.toLowerCase()]).toBe(value);
      }
    }
    await clients.client.close();
    await clients.sessions.close();
  });

  test('escapes whatever stands in a text as soap does', async () => {
    const client = await soapClient('cashregister-2');
    const operation: OperationName = 'getPaymentStatus';
    const text = fc
      .string({ unit: fc.oneof(fc.constantFrom('&', '<', '>', '"', "'", '\t', '\r', '\n', ';', '#'), fc.string()) })
      .filter((one) => !one.startsWith('<![CDATA['));
    fc.assert(
      fc.property(text, (invoiceReference) => {
        (client[operation] as (fields: object, done: () => void) => void)({ invoiceReference }, () => undefined);
        expect(written.xml).toContain(`>${elementsOf({ invoiceReference })}</ext:${operation}>`);
      }),
    );
  });

  test('leaves out what has no value, and writes lists element by element', () => {
    expect(elementsOf({ a: undefined, b: { c: [{ d: '1' }, { d: '2' }] }, e: '' })).toBe(
      '<b><c><d>1</d></c><c><d>2</d></c></b><e></e>',
    );
  });
});
