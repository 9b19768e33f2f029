import fc from 'fast-check';

import {
  BODY_BYTES_MAX,
  CreatePurchaseRequest,
  MalformedRequestError,
  readCreatePurchase,
} from './create-purchase.request.js';

const READ = { reservationToken: 'VR-1001', amount: '20.10', currency: 'EUR', msisdn: '46700000001' };

const read = (text: string) => readCreatePurchase(Buffer.from(text));

function faultOf(body: Uint8Array | string): string {
  try {
    readCreatePurchase(Buffer.from(body));
  } catch (error) {
    if (error instanceof MalformedRequestError) return error.message;
    throw error;
  }
  return 'none';
}

describe('the body of createPurchase', () => {
  it.each([
    ['as of 2018', '{"token":"VR-1001","amount":20.10,"currency":"EUR","msisdn":"46700000001"}'],
    [
      'as of 2017',
      '{"reservationToken":"VR-1001","reservationAmount":"20.10","currency":"EUR","msisdn":"46700000001"}',
    ],
    [
      'as the flow of 2017 tells it',
      '{"purchaseToken":"VR-1001","amount":"20.10","currency":"EUR","msisdn":"46700000001"}',
    ],
    ['with the phone number as a number', '{"token":"VR-1001","amount":"20.10","currency":"EUR","msisdn":46700000001}'],
    [
      'with more fields than we know',
      '{"token":"VR-1001","amount":"20.10","currency":"EUR","msisdn":"46700000001","locale":{"a":[1]}}',
    ],
    [
      'with the same said twice in two spellings',
      '{"token":"VR-1001","reservationToken":"VR-1001","amount":20.10,"reservationAmount":"20.10","currency":"EUR","msisdn":"46700000001"}',
    ],
    [
      'with white space',
      ' \n{ "token" : "VR-1001", "amount" : 20.10, "currency" : "EUR", "msisdn" : "46700000001" }\r\n',
    ],
  ])('is read %s', (_, text) => {
    expect(read(text)).toEqual(Object.assign(new CreatePurchaseRequest(), READ));
  });

  it.each(['20', '20.0', '0.01', '999999999999999999.99', '20.1000000000000000000001'])(
    'keeps the number %s exactly as it was written',
    (amount) => {
      expect(read(`{"token":"VR-1001","amount":${amount},"currency":"EUR","msisdn":"46700000001"}`).amount).toBe(
        amount,
      );
    },
  );

  it.each([
    ['nothing', ''],
    ['no JSON', 'token=VR-1001'],
    ['half of it', '{"token":"VR-1001"'],
    ['a list', '[]'],
    ['a word', '"VR-1001"'],
    ['a number', '20'],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['no token', '{"amount":"20","currency":"EUR","msisdn":"46700000001"}'],
    ['no amount', '{"token":"VR-1001","currency":"EUR","msisdn":"46700000001"}'],
    ['no currency', '{"token":"VR-1001","amount":"20","msisdn":"46700000001"}'],
    ['no phone number', '{"token":"VR-1001","amount":"20","currency":"EUR"}'],
    [
      'two tokens',
      '{"token":"VR-1001","reservationToken":"VR-1002","amount":"20","currency":"EUR","msisdn":"46700000001"}',
    ],
    [
      'two amounts',
      '{"token":"VR-1001","amount":"20","reservationAmount":"2000","currency":"EUR","msisdn":"46700000001"}',
    ],
    [
      'one key with two values',
      '{"token":"VR-1001","amount":"20","amount":"2","currency":"EUR","msisdn":"46700000001"}',
    ],
    ['a list for the token', '{"token":["VR-1001"],"amount":"20","currency":"EUR","msisdn":"46700000001"}'],
    ['an object for the amount', '{"token":"VR-1001","amount":{},"currency":"EUR","msisdn":"46700000001"}'],
    ['the prototype', '{"__proto__":{"token":"VR-1001"},"amount":"20","currency":"EUR","msisdn":"46700000001"}'],
  ])('is refused when it is or has %s', (_, text) => {
    expect(faultOf(text)).not.toBe('none');
  });

  it.each(['1e3', '-1', '+1', '1,5', 'NaN', '', ' 20', '0x14', '1.', '.5', 'Infinity', '1'.repeat(41)])(
    'is refused for the amount "%s"',
    (amount) => {
      expect(faultOf(JSON.stringify({ ...READ, amount }))).toContain('amount');
    },
  );

  it.each([
    ['currency', 'eur'],
    ['currency', 'EURO'],
    ['currency', '978'],
    ['msisdn', '+46700000001'],
    ['msisdn', '1234'],
    ['msisdn', '1'.repeat(16)],
    ['reservationToken', ''],
    ['reservationToken', 'VR 1001'],
    ['reservationToken', "VR'; DROP TABLE machines"],
    ['reservationToken', 'x'.repeat(65)],
  ])('is refused for the %s "%s"', (field, value) => {
    expect(faultOf(JSON.stringify({ ...READ, [field]: value }))).toContain(field);
  });

  it('is refused in another encoding, or beyond four kilobytes', () => {
    expect(faultOf(Buffer.from([0xff, 0xfe, 0x7b, 0x00]))).toContain('UTF-8');
    expect(faultOf(Buffer.from(JSON.stringify(READ), 'utf16le'))).toContain('UTF-8');
    const padded = JSON.stringify({ ...READ, padding: 'x'.repeat(BODY_BYTES_MAX) });
    expect(faultOf(padded)).toBe('the body is too large');
  });

  it('is never repeated in the fault: it holds a phone number', () => {
    for (const field of Object.keys(READ)) {
      expect(faultOf(JSON.stringify({ ...READ, [field]: 'canary canary' }))).not.toContain('canary');
    }
  });

  it('is a request or a fault, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          let outcome: unknown;
          try {
            outcome = readCreatePurchase(bytes);
          } catch (error) {
            outcome = error;
          }

          expect(outcome instanceof CreatePurchaseRequest || outcome instanceof MalformedRequestError).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
