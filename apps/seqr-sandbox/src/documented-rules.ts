import { SchemaViolation } from './schema-violation.js';
import { childOf, childrenOf, textAt, type XmlElement } from './xml.js';

/**
 * What SEQR's API page demands of a request and its XSD does not say: required elements, lengths, fixed values. The
 * paths start below the operation's wrapper; a required value must not be blank either.
 */
const CONTEXT = [
  'channel',
  'clientId',
  'clientReference',
  'initiatorPrincipalId/id',
  'initiatorPrincipalId/type',
  'password',
];

const INVOICE = [
  'paymentMode',
  'acknowledgmentMode',
  'issueDate',
  'title',
  'clientInvoiceId',
  'invoiceRows/invoiceRow',
  'totalAmount/currency',
  'totalAmount/value',
  'cashierId',
  'footer',
];

const ROW = ['itemQuantity', 'itemTotalAmount/currency', 'itemTotalAmount/value'];

/** Elements that an operation requires beside the context. A group that may be empty is named with a slash behind. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  sendInvoice: under('invoice', INVOICE),
  updateInvoice: ['invoiceReference', ...under('invoice', INVOICE)],
  commitReservation: ['invoiceReference'],
  cancelInvoice: ['invoiceReference'],
  refundPayment: ['ersReference', 'invoice/title', 'invoice/totalAmount/currency', 'invoice/totalAmount/value'],
  // The certification procedure allows an empty document, so its parts are not demanded.
  submitPaymentReceipt: ['ersReference', 'receiptDocument/'],
  registerTerminal: ['externalTerminalId', 'password', 'name'],
  assignSeqrId: ['seqrId'],
  executeReport: ['reportId', 'parameters/parameter/entry'],
  creditUser: under('creditUserRequest', ['userId', 'amount/currency', 'amount/value']),
  getClientSessionInfo: ['key'],
};

const LENGTHS: Readonly<Record<string, number>> = {
  'context/channel': 40,
  'context/clientComment': 80,
  // A UUID with dashes has 36 characters and is too long.
  'context/clientReference': 32,
};

/** A receipt or bill of more rows than this comes from no vending machine; SEQR names no limit. */
const ROWS_MAX = 100;

/** @throws SchemaViolation */
export function checkDocumentedRules(operation: string, message: XmlElement): void {
  // The connectivity probe takes no arguments at all.
  if (operation === 'benchmarkingNop') return;
  requireAll(message, under('context', CONTEXT), operation);
  requireAll(message, REQUIRED[operation] ?? [], operation);
  for (const [path, max] of Object.entries(LENGTHS)) {
    const { length } = textAt(message, path) ?? '';
    if (length > max)
      throw new SchemaViolation(`${operation}/${path}: has ${length} characters, at most ${max} are allowed`);
  }
  checkContext(operation, message);
  // Javadoc: a physical shop's terminal has one invoice and need not name it. Nobody else can leave it out.
  const isTerminal = textAt(message, 'context/initiatorPrincipalId/type') === 'TERMINALID';
  if (operation === 'getPaymentStatus' && !isTerminal) requireAll(message, ['invoiceReference'], operation);
  const invoice = childOf(message, 'invoice');
  if (invoice) checkInvoice(operation, invoice);
  if (operation === 'getPaymentStatus' && textAt(message, 'invoiceVersion')?.startsWith('-')) {
    throw new SchemaViolation(`${operation}/invoiceVersion: must be 0 or the last version received`);
  }
  const amount = childOf(message, 'amount');
  if (amount) requireAll(amount, ['currency', 'value'], `${operation}/amount`);
}

function checkContext(operation: string, message: XmlElement): void {
  const context = childOf(message, 'context');
  const where = `${operation}/context`;
  if (textAt(context, 'clientRequestTimeout') !== '0') {
    throw new SchemaViolation(`${where}/clientRequestTimeout: must be 0, SEQR has no other`);
  }
  if (!['WS', 'ClientWS'].includes(textAt(context, 'channel') ?? '')) {
    throw new SchemaViolation(`${where}/channel: must be WS or ClientWS`);
  }
  const hasUserId = (textAt(context, 'initiatorPrincipalId/userId') ?? '') !== '';
  const type = textAt(context, 'initiatorPrincipalId/type');
  if (type === 'RESELLERUSER' && !hasUserId) {
    throw new SchemaViolation(`${where}/initiatorPrincipalId/userId: is missing, a RESELLERUSER names its user`);
  }
  if (type === 'TERMINALID' && hasUserId) {
    throw new SchemaViolation(`${where}/initiatorPrincipalId/userId: must be left out with TERMINALID`);
  }
}

function checkInvoice(operation: string, invoice: XmlElement): void {
  const where = `${operation}/invoice`;
  const rows = childrenOf(childOf(invoice, 'invoiceRows'), 'invoiceRow');
  if (rows.length > ROWS_MAX) throw new SchemaViolation(`${where}/invoiceRows: has more than ${ROWS_MAX} rows`);
  rows.forEach((row, index) => requireAll(row, ROW, `${where}/invoiceRows/invoiceRow[${index + 1}]`));
  if (operation !== 'sendInvoice' && operation !== 'updateInvoice') return;
  if (!textAt(invoice, 'paymentMode')?.startsWith('RESERVATION_')) return;
  // The payer's confirmation is only a reservation: without these two it could be neither heard of nor limited (UPS
  // page; preliminary-amount page). An update replaces the invoice but cannot restart a reservation that runs.
  const needed = operation === 'sendInvoice' ? ['notificationUrl', 'commitReservationTimeout'] : ['notificationUrl'];
  requireAll(invoice, needed, where, ', a reservation needs it');
}

function requireAll(
  element: XmlElement,
  paths: readonly string[],
  where: string,
  why = ', the API page requires it',
): void {
  for (const path of paths) {
    const mayBeEmpty = path.endsWith('/');
    const steps = path.split('/').filter((step) => step !== '');
    let at: XmlElement | undefined = element;
    let walked = where;
    for (const step of steps) {
      at = childOf(at, step);
      walked = `${walked}/${step}`;
      if (!at) throw new SchemaViolation(`${walked}: is missing${why}`);
    }
    const isEmpty = at?.children.length === 0 && at.text.trim() === '';
    if (isEmpty && !mayBeEmpty) throw new SchemaViolation(`${walked}: is empty${why}`);
  }
}

function under(parent: string, paths: readonly string[]): readonly string[] {
  return paths.map((path) => `${parent}/${path}`);
}
