import fc from 'fast-check';

import { CURRENCIES } from '#purchase/money.js';

import { amountFields, readAmount } from './amount.js';
import type { SeqrClient } from './client.js';
import { readEnvelope } from './envelope.js';
import { SeqrRequestError } from './request-error.js';
import { clientOf, invoiceOf } from './test/fixtures.js';
import { at, parse, schemaErrors } from './test/schema-check.js';
import { always, envelope, startStub, type StubServer } from './test/stub-server.js';

let stub: StubServer;
let client: SeqrClient;

beforeAll(async () => {
  stub = await startStub(always(envelope('sendInvoice', '<resultCode>90</resultCode>')));
  client = await clientOf({ endpoint: stub.endpoint });
});

afterAll(async () => {
  await client.close();
  await stub.stop();
});

/** Any UTF-16, with what is special to XML more often than chance has it. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '<',
        '>',
        '&',
        '"',
        "'",
        ']]>',
        '<![CDATA[',
        '<!--',
        '-->',
        '&amp;',
        '&#0;',
        '</title>',
        '<?x?>',
        ' ',
      ),
      fc.constantFrom('\ud800', '\udc00', '\uFFFE', '\uFEFF', '\u0085', '\u2028', '\t', '\u0000', '🥤', 'é', 'ß'),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

test('any title arrives as it was given, or is refused and nothing is sent', async () => {
  let arrived = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(anyText, async (title) => {
      const before = stub.requests.length;
      try {
        await client.sendInvoice(invoiceOf({ title }));
      } catch (error) {
        expect(error).toBeInstanceOf(SeqrRequestError);
        expect(stub.requests).toHaveLength(before);
        refused += 1;
        return;
      }
      const message = at(parse(stub.requests.at(-1)?.body ?? ''), 'Body', 'sendInvoice');
      expect(schemaErrors(message)).toEqual([]);
      expect(at(message, 'invoice', 'title').text).toBe(title);
      arrived += 1;
    }),
    { numRuns: 400 },
  );
  // The property is empty unless both happen.
  expect(arrived).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(50);
});

test('any amount is read back as it was written', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n - 1n), fc.constantFrom(...CURRENCIES), (minor, currency) => {
      const { currency: word, value } = amountFields('amount', { minor, currency });
      const reply = envelope('x', `<amount><currency>${word}</currency><value>${value}</value></amount>`);
      const content = readEnvelope(reply).children[0];
      expect(content && readAmount(content, 'amount')).toEqual({ minor, currency });
    }),
  );
});
