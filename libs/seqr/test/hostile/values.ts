import { documents, each, inReturn, RESERVED, type HostileReply } from './kit.js';

/** A receipt that says PAID over this amount. */
export const paid = (amount: string, reference = '2017') =>
  inReturn(
    `<resultCode>0</resultCode><status>PAID</status><receipt><invoiceReference>${reference}</invoiceReference>` +
      `<invoice><totalAmount>${amount}</totalAmount></invoice></receipt><version>1</version>`,
  );
const euros = (value: string) => paid(`<currency>EUR</currency><value>${value}</value>`);

/** Read as XML without a complaint, and wrong in a value. */
export const HOSTILE_VALUES: readonly HostileReply[] = [
  ...documents('VALUE', {
    ...Object.fromEntries(
      ['00', '0 ', ' 0', '+0', '-0', '-1', '0.0', '0x0', '1e0', '123456', '2147483648', 'SUCCESS', '٠'].map((code) => [
        `the result code "${code}"`,
        inReturn(`<resultCode>${code}</resultCode>${RESERVED}`),
      ]),
    ),
    ...Object.fromEntries(
      ['-1', '1.0', '1 ', '01', '2147483648', '9'.repeat(400), 'one'].map((version) => [
        `the version "${version.slice(0, 12)}"`,
        inReturn(`<resultCode>0</resultCode><status>RESERVED</status><version>${version}</version>`),
      ]),
    ),
    ...Object.fromEntries(
      ['20,00', '2E1', 'NaN', 'INF', '-20.00', '20.001', '', ' 20.00', '1'.repeat(30), '0x14'].map((value) => [
        `the amount "${value.slice(0, 12)}"`,
        euros(value),
      ]),
    ),
    'an amount without a currency': paid('<value>20.00</value>'),
    'an amount in a currency nobody knows': paid('<currency>eur</currency><value>20.00</value>'),
    'the receipt of another invoice': paid('<currency>EUR</currency><value>20.00</value>', '2018'),
    'a payment reference with a line break': inReturn(
      `<ersReference>1\n2</ersReference><resultCode>0</resultCode><status>PAID</status><version>1</version>`,
    ),
  }),
  ...documents('VALUE', {
    ...each(
      [
        '000',
        '0\t',
        '０',
        '𝟎',
        '0.',
        '.0',
        '0e0',
        '1e2',
        'NaN',
        '-2147483648',
        '0b0',
        'null',
        'false',
        '0,0',
        '0\u00A0',
        '0\u200B',
      ],
      (code) => [`the result code ${JSON.stringify(code)}`, inReturn(`<resultCode>${code}</resultCode>${RESERVED}`)],
    ),
    'a result code over two lines': inReturn(`<resultCode>\n0\n</resultCode>${RESERVED}`),
    'a result code by its number in the table of characters': inReturn(
      `<resultCode>&#48;&#48;</resultCode>${RESERVED}`,
    ),
    'a result code half in a CDATA section': inReturn(`<resultCode><![CDATA[0]]> </resultCode>${RESERVED}`),
    ...each(['', '1e9', '４', '0x1', '2147483649', '99999999999'], (version) => [
      `the version ${JSON.stringify(version)} beside a token`,
      inReturn(
        `<resultCode>0</resultCode><status>RESERVED</status><customerTokens><token><status>x</status></token></customerTokens><version>${version}</version>`,
      ),
    ]),
    ...each(
      ['20.', '.5', '2 0.00', '２０.00', '1_000', '+20.00', '20.00€', '1e400', 'Infinity', '20.00.00', '9'.repeat(16)],
      (value) => [`the amount ${JSON.stringify(value)}`, euros(value)],
    ),
    'an amount below the smallest unit of its currency': paid('<currency>JPY</currency><value>20.50</value>'),
    'an amount in a currency with a blank': paid('<currency>EUR </currency><value>20.00</value>'),
    'an amount in a currency from an object': paid('<currency>__proto__</currency><value>20.00</value>'),
    'an empty amount': paid(''),
    'a payment reference without end': inReturn(
      `<ersReference>${'1'.repeat(65)}</ersReference><resultCode>0</resultCode><status>PAID</status><version>1</version>`,
    ),
  }),
];
