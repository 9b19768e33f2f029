import type { Finding } from '../procedure/judge.js';

import { elementAt, elementsNamed, readXml, textAt, type XmlNode } from './xml.js';

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/';
const MESSAGES = 'http://external.interfaces.ers.seamless.com/';

/** SEQR API page. */
const CLIENT_REFERENCE_MAX = 32;

/**
 * The order of SEQR's elements, written down a second time on purpose: the client writes its requests from the project's
 * own schema, and a mistake there must not be taken for the rule here.
 */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  context: [
    'channel',
    'clientComment',
    'clientId',
    'clientReference',
    'clientRequestTimeout',
    'initiatorPrincipalId',
    'password',
  ],
  initiatorPrincipalId: ['id', 'type', 'userId'],
  invoice: [
    'paymentMode',
    'acknowledgmentMode',
    'issueDate',
    'title',
    'clientInvoiceId',
    'invoiceRows',
    'totalAmount',
    'cashierId',
    'footer',
    'backURL',
    'notificationUrl',
    'commitReservationTimeout',
  ],
  invoiceRow: [
    'itemDescription',
    'itemDiscount',
    'itemEAN',
    'itemQuantity',
    'itemSKU',
    'itemTaxRate',
    'itemTotalAmount',
    'itemUnit',
    'itemUnitPrice',
  ],
  amount: ['currency', 'value'],
  totalAmount: ['currency', 'value'],
  itemTotalAmount: ['currency', 'value'],
  itemUnitPrice: ['currency', 'value'],
  receiptDocument: ['mimeType', 'receiptData', 'receiptType'],
  sendInvoice: ['context', 'invoice', 'tokens'],
  updateInvoice: ['context', 'invoiceReference', 'invoice', 'tokens'],
  getPaymentStatus: ['context', 'invoiceReference', 'invoiceVersion'],
  cancelInvoice: ['context', 'invoiceReference'],
  commitReservation: ['context', 'amount', 'invoiceReference'],
  refundPayment: ['context', 'ersReference', 'invoice'],
  submitPaymentReceipt: ['context', 'ersReference', 'receiptDocument'],
  registerTerminal: ['context', 'externalTerminalId', 'password', 'name'],
  assignSeqrId: ['context', 'seqrId'],
  unregisterTerminal: ['context'],
  markTransactionPeriod: ['context', 'parameters'],
  executeReport: ['context', 'reportId', 'language', 'parameters'],
};

/** What a certification wants to see in every request. */
export interface Identity {
  readonly clientId: string;
  readonly clientReference: string;
}

/** Holds a request, as it left, against what SEQR asks of every request. */
export function checkRequest(request: string, { clientId, clientReference }: Identity): Finding[] {
  const envelope = readXml(request);
  const message = elementAt(envelope, 'Body')?.children[0];
  if (envelope?.name !== 'Envelope' || envelope.uri !== SOAP || !message) {
    return [{ says: 'the request is a SOAP 1.1 envelope with one message', met: false }];
  }
  const context = elementAt(message, 'context');
  const seen = (name: string) => textAt(context, name) ?? 'none';
  return [
    {
      says: 'only the message itself is in SEQR’s namespace',
      met: message.uri === MESSAGES && descendants(message).every(({ uri }) => uri === ''),
    },
    ...wrongOrder(message),
    {
      says: 'clientRequestTimeout is 0',
      met: seen('clientRequestTimeout') === '0',
      seen: seen('clientRequestTimeout'),
    },
    { says: 'clientId is the company’s name', met: seen('clientId') === clientId, seen: seen('clientId') },
    {
      says: `clientReference is the product’s name and version, at most ${CLIENT_REFERENCE_MAX} characters`,
      met: seen('clientReference') === clientReference && clientReference.length <= CLIENT_REFERENCE_MAX,
      seen: seen('clientReference'),
    },
    ...billFindings(message),
  ];
}

function wrongOrder(message: XmlNode): Finding[] {
  const faults = [message, ...descendants(message)].filter((node) => !isInOrder(node)).map(({ name }) => name);
  return [
    {
      says: 'all elements stand in the schema’s order',
      met: faults.length === 0,
      ...(faults.length > 0 && { seen: `not in ${faults.join(', ')}` }),
    },
  ];
}

function isInOrder({ name, children }: XmlNode): boolean {
  const order = ORDER[name];
  if (!order) return true;
  const places = children.map((child) => order.indexOf(child.name));
  return places.every((place, index) => place >= 0 && (index === 0 || place >= (places[index - 1] ?? 0)));
}

/** Invoices that ask for money; a refund's is only a sum. */
function billFindings(message: XmlNode): Finding[] {
  if (message.name !== 'sendInvoice' && message.name !== 'updateInvoice') return [];
  const invoice = elementAt(message, 'invoice');
  const rows = elementsNamed(message, 'invoiceRow');
  const sum = rows.reduce((total, row) => total + cents(textAt(row, 'itemTotalAmount', 'value')), 0n);
  return [
    {
      says: 'every row has itemQuantity and itemTotalAmount',
      met:
        rows.length > 0 &&
        rows.every((row) => Number(textAt(row, 'itemQuantity')) >= 1 && textAt(row, 'itemTotalAmount', 'value')),
      seen: `${rows.length} row${rows.length === 1 ? '' : 's'}`,
    },
    {
      says: 'the rows add up to totalAmount',
      met: sum === cents(textAt(invoice, 'totalAmount', 'value')),
      seen: textAt(invoice, 'totalAmount', 'value') ?? 'none',
    },
    {
      says: 'acknowledgmentMode is NO_ACKNOWLEDGMENT',
      met: textAt(invoice, 'acknowledgmentMode') === 'NO_ACKNOWLEDGMENT',
    },
  ];
}

/** SEQR takes at most two decimals. @returns what no sum can be, for a text that is no amount */
function cents(value: string | undefined): bigint {
  const match = /^(-?\d{1,15})(?:\.(\d{1,2}))?$/.exec(value ?? '');
  if (!match) return -(10n ** 30n);
  const [, whole = '0', fraction = ''] = match;
  const part = BigInt(fraction.padEnd(2, '0'));
  return BigInt(whole) * 100n + (whole.startsWith('-') ? -part : part);
}

function descendants(node: XmlNode): XmlNode[] {
  return node.children.flatMap((child) => [child, ...descendants(child)]);
}
