import { amountText, readAmount } from './amounts.js';
import type { InvoiceBook } from './book.js';
import type { ReplyFields } from './envelope.js';
import { wireStatus, type Invoice } from './invoice.js';
import type { Principal, Principals } from './principals.js';
import { readInvoice } from './read-invoice.js';
import { nameOfResult, SeqrRefusal } from './result-codes.js';
import type { ValidRequest } from './schema.js';
import { SchemaViolation } from './schema-violation.js';
import { childOf, textAt, type XmlElement } from './xml.js';

export interface OperationReply {
  readonly resultCode: number;
  readonly fields: ReplyFields;
  /** Why it was refused; undefined for success. */
  readonly reason?: string;
}

/**
 * Does one operation and says what SEQR would reply. A business refusal is an ordinary reply with a result code.
 *
 * @throws SchemaViolation where only the book can tell that the request breaks the contract.
 */
export function perform(request: ValidRequest, book: InvoiceBook, principals: Principals): OperationReply {
  try {
    const principal = principals.authenticate(request.message);
    return { resultCode: 0, fields: act(request, book, principal) };
  } catch (error) {
    if (!(error instanceof SeqrRefusal)) throw error;
    return { ...replyWithCode(request.operation, error.resultCode), reason: error.reason };
  }
}

/** The reply that carries nothing but a result code. */
export function replyWithCode(operation: string, resultCode: number): OperationReply {
  const fields: ReplyFields = base(undefined, resultCode, nameOfResult(resultCode));
  // The schema demands a version in every reply of getPaymentStatus, also where there is no invoice to have one.
  return { resultCode, fields: operation === 'getPaymentStatus' ? [...fields, ['version', 0]] : fields };
}

function act({ operation, message }: ValidRequest, book: InvoiceBook, principal: Principal): ReplyFields {
  const owner = principal.name;
  const reference = textAt(message, 'invoiceReference') ?? '';
  switch (operation) {
    case 'sendInvoice': {
      const invoice = book.send(owner, readTerms(message), !principal.holdsManyInvoices);
      const qrText = `HTTP://SEQR.SE/R${invoice.reference}`;
      return [...success(), ['invoiceQRCode', qrText], ['invoiceReference', invoice.reference]];
    }
    case 'updateInvoice':
      book.update(owner, reference, readTerms(message));
      return success();
    case 'getPaymentStatus':
      return status(book.status(owner, reference, Number(textAt(message, 'invoiceVersion'))));
    case 'commitReservation':
      book.commit(owner, reference, readCommitAmount(message));
      return success();
    case 'cancelInvoice':
      book.cancel(owner, reference);
      return success();
    case 'submitPaymentReceipt':
      book.submitReceipt(owner, textAt(message, 'ersReference') ?? '', readReceipt(message));
      return success();
    default:
      throw new SeqrRefusal('UNSUPPORTED_OPERATION', 'the sandbox does not play this operation');
  }
}

function readTerms(message: XmlElement) {
  const invoice = childOf(message, 'invoice');
  if (!invoice) throw new SchemaViolation('invoice: is missing');
  return readInvoice(invoice);
}

function readCommitAmount(message: XmlElement) {
  const amount = childOf(message, 'amount');
  return amount && readAmount(textAt(amount, 'value') ?? '', textAt(amount, 'currency') ?? '', 'amount');
}

function readReceipt(message: XmlElement) {
  const document = childOf(message, 'receiptDocument');
  return {
    receiptType: textAt(document, 'receiptType') ?? '',
    mimeType: textAt(document, 'mimeType') ?? '',
    bytes: Buffer.from(textAt(document, 'receiptData') ?? '', 'base64').length,
  };
}

/** What every reply begins with. ersReference is absent, not empty, where there is none (API page). */
function base(ersReference: string | undefined, resultCode: number, resultDescription: string): ReplyFields {
  return [
    ['ersReference', ersReference],
    ['resultCode', resultCode],
    ['resultDescription', resultDescription],
  ];
}

function success(): ReplyFields {
  return base(undefined, 0, 'SUCCESS');
}

function status(invoice: Invoice): ReplyFields {
  const description = invoice.state === 'REVERSED' ? `SUCCESS (the payment was ${invoice.note})` : 'SUCCESS';
  return [
    ...base(invoice.ersReference, 0, description),
    ['status', wireStatus(invoice.state)],
    ['receipt', invoice.state === 'PAID' ? receipt(invoice) : undefined],
    ['version', invoice.version],
  ];
}

function receipt(invoice: Invoice): ReplyFields {
  const { terms } = invoice;
  const amount = (minor: bigint): ReplyFields => [
    ['currency', invoice.currency],
    ['value', amountText(minor, invoice.currency)],
  ];
  const rows = terms.rows.map((row): readonly [string, ReplyFields] => [
    'invoiceRow',
    [
      ['itemDescription', row.description || undefined],
      ['itemQuantity', row.quantity],
      ['itemSKU', row.sku || undefined],
      ['itemTotalAmount', amount(row.total)],
    ],
  ]);
  return [
    ['terminalId', invoice.owner.split(' ')[1]],
    ['paymentDate', invoice.paidAt?.toISOString()],
    ['clientInvoiceId', terms.clientInvoiceId],
    ['invoiceReference', invoice.reference],
    ['paymentReference', invoice.ersReference],
    // A real one would lead to a person; the sandbox has no people.
    ['payerTerminalId', 'sandbox-payer'],
    ['receiverName', 'SEQR sandbox merchant'],
    [
      'invoice',
      [
        ['paymentMode', terms.paymentMode],
        ['acknowledgmentMode', terms.acknowledgmentMode],
        ['issueDate', terms.issueDate],
        ['title', terms.title],
        ['clientInvoiceId', terms.clientInvoiceId],
        ['invoiceRows', rows],
        ['totalAmount', amount(invoice.committed)],
        ['cashierId', terms.cashierId],
        ['footer', terms.footer],
      ],
    ],
  ];
}
