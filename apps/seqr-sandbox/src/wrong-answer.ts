import type { InvoiceBook } from './book.js';
import type { ReplyFields } from './envelope.js';
import type { WrongAnswer } from './faults.js';
import { paymentStatus, receiptOf } from './operations/payment-status.js';
import { success } from './operations/reply.js';
import { replyWithCode } from './operations.js';

/** The reply on the wire: which operation's, and what is in it. */
export interface Told {
  readonly operation: string;
  readonly fields: ReplyFields;
}

/** The order of the elements in every reply (schema); a field that is put in finds its place by it. */
const ORDER = [
  'ersReference',
  'resultCode',
  'resultDescription',
  'invoiceQRCode',
  'invoiceReference',
  'status',
  'receipt',
  'customerTokens',
  'version',
  'terminalId',
  'transactionPeriodId',
];

/**
 * Puts the ordered lies in the place of the truth.
 *
 * @param reference the invoice that the call names, if it names one.
 */
export function tell(truth: Told, answer: WrongAnswer, reference: string | undefined, book: InvoiceBook): Told {
  if (answer.operation !== undefined) {
    const isStatus = answer.operation === 'getPaymentStatus';
    return { operation: answer.operation, fields: isStatus ? [...success(), ['version', 1]] : success() };
  }
  const { operation } = truth;
  let { fields } = truth;
  const put = (name: string, value: ReplyFields[number][1]) => {
    fields = withField(fields, name, value);
  };
  if (answer.invoiceReference !== undefined && operation === 'getPaymentStatus') {
    const other = book.find(answer.invoiceReference);
    fields = other ? paymentStatus(other) : replyWithCode(operation, 54).fields;
  } else if (answer.invoiceReference !== undefined) {
    put('invoiceReference', answer.invoiceReference);
  }
  if (answer.status !== undefined) put('status', answer.status);
  const invoice = book.find(answer.invoiceReference ?? reference ?? '');
  if (answer.amount !== undefined && invoice) put('receipt', receiptOf(invoice, answer.amount));
  if (answer.version !== undefined) put('version', answer.version === 'stale' ? stale(fields) : answer.version);
  if (answer.ersReference !== undefined) put('ersReference', answer.ersReference);
  if (answer.terminalId !== undefined) put('terminalId', answer.terminalId);
  if (answer.transactionPeriodId !== undefined) put('transactionPeriodId', answer.transactionPeriodId);
  return { operation, fields };
}

function stale(fields: ReplyFields): number {
  const version = fields.find(([name]) => name === 'version')?.[1];
  return Math.max(0, Number(version) - 1);
}

function withField(fields: ReplyFields, name: string, value: ReplyFields[number][1]): ReplyFields {
  const rest = fields.filter(([one]) => one !== name);
  const place = (one: string) => ORDER.indexOf(one);
  return [...rest, [name, value] as const].toSorted(([left], [right]) => place(left) - place(right));
}
