import { documents, GOOD, inReturn, successes, type HostileReply } from './kit.js';

const REFERENCE = '<invoiceReference>20170315072260070</invoiceReference>';
const SESSION = [
  '<entry><key>msisdn</key><value>46701234567</value></entry>',
  '<entry><key>subscriberKey</key><value>k</value></entry>',
];

/** Successes of the other operations that cannot be relied on. */
export const HOSTILE_ANSWERS: readonly HostileReply[] = [
  ...successes('sendInvoice', 'SHAPE', {
    'no reference': '',
    'an empty reference': '<invoiceReference/>',
    'two references': REFERENCE + REFERENCE,
    'a reference of elements': '<invoiceReference><a/></invoiceReference>',
    'a reference in a namespace': '<m:invoiceReference>1</m:invoiceReference>',
    'two QR texts': `<invoiceQRCode>a</invoiceQRCode><invoiceQRCode>b</invoiceQRCode>${REFERENCE}`,
  }),
  ...successes('sendInvoice', 'VALUE', {
    'a reference that is too long': `<invoiceReference>${'1'.repeat(65)}</invoiceReference>`,
    'a reference with a blank': '<invoiceReference>1 2</invoiceReference>',
    'a reference with a line break': '<invoiceReference>1\n</invoiceReference>',
    'a reference in other letters': '<invoiceReference>２０１７</invoiceReference>',
    'a QR text without end': `${REFERENCE}<invoiceQRCode>${'x'.repeat(256)}</invoiceQRCode>`,
  }),
  ...documents(
    'SHAPE',
    {
      'a commit answered with a status': GOOD,
      'a commit answered with a cancellation': inReturn('<resultCode>0</resultCode>').replaceAll(
        'getPaymentStatus',
        'cancelInvoice',
      ),
      'a commit answered with two codes': inReturn(
        '<resultCode>96</resultCode><resultCode>0</resultCode>',
        'commitReservation',
      ),
      'a commit answered without a code': inReturn(
        '<resultDescription>SUCCESS</resultDescription>',
        'commitReservation',
      ),
    },
    'commitReservation',
  ),
  ...documents(
    'VALUE',
    { 'a commit answered with "0 "': inReturn('<resultCode>0 </resultCode>', 'commitReservation') },
    'commitReservation',
  ),
  ...successes('refundPayment', 'SHAPE', {
    'two references': '<ersReference>1</ersReference><ersReference>2</ersReference>',
  }),
  ...successes('refundPayment', 'VALUE', { 'a reference with a blank': '<ersReference>1 2</ersReference>' }),
  ...successes('registerTerminal', 'SHAPE', {
    'no terminal': '',
    'an empty terminal': '<terminalId></terminalId>',
    'two terminals': '<terminalId>a</terminalId><terminalId>b</terminalId>',
  }),
  ...successes('registerTerminal', 'VALUE', { 'a terminal with a blank': '<terminalId>a b</terminalId>' }),
  ...successes('markTransactionPeriod', 'SHAPE', {
    'no period': '',
    'two periods': '<transactionPeriodId>1</transactionPeriodId><transactionPeriodId>2</transactionPeriodId>',
  }),
  ...successes('executeReport', 'SHAPE', {
    'no report': '',
    'an empty report': '<report/>',
    'two reports': '<report><contentString>a</contentString></report><report><contentString>b</contentString></report>',
    'a report whose text is elements': '<report><contentString><a/></contentString></report>',
    'two contents': '<report><content>YQ==</content><content>Yg==</content></report>',
  }),
  ...successes('executeReport', 'VALUE', {
    'content that is no Base64': '<report><content>@@@@</content></report>',
    'content in Base64 that is cut': '<report><content>YWJjZ</content></report>',
    'content in the other Base64': '<report><content>-_-_</content></report>',
    'content that is no UTF-8': '<report><content>/////w==</content></report>',
  }),
  ...documents(
    'TOO_LARGE',
    { 'a report of nine million characters': inReturn(`<report>${'x'.repeat(9_000_000)}</report>`, 'executeReport') },
    'executeReport',
  ),
  ...successes('creditUser', 'VALUE', { 'the answer to another request': '<correlationId>other</correlationId>' }),
  ...successes('creditUser', 'SHAPE', {
    'two correlations': '<correlationId>mine</correlationId><correlationId>mine</correlationId>',
  }),
  ...successes('getClientSessionInfo', 'SHAPE', {
    'no parameters': '',
    'no phone number': `<parameters>${SESSION[1]}</parameters>`,
    'an empty phone number': `<parameters><entry><key>msisdn</key><value/></entry>${SESSION[1]}</parameters>`,
    'no subscriber': `<parameters>${SESSION[0]}</parameters>`,
    'two phone numbers': `<parameters>${SESSION[0]}${SESSION.join('')}</parameters>`,
    'a level too many': `<parameters><parameter>${SESSION.join('')}</parameter></parameters>`,
    'an entry without a key': `<parameters>${SESSION.join('')}<entry><value>a</value></entry></parameters>`,
  }),
  ...successes('getClientSessionInfo', 'XML_LIMIT', {
    'hundreds of parameters': `<parameters>${SESSION.join('')}${Array.from(
      { length: 200 },
      (_, index) => `<entry><key>k${index}</key><value/></entry>`,
    ).join('')}</parameters>`,
  }),
];
