import { amountText } from '../amounts.js';
import type { ReplyFields } from '../envelope.js';
import { wireStatus, type Invoice } from '../invoice.js';
import { replyBase } from './reply.js';

/** The reply of getPaymentStatus. */
export function paymentStatus(invoice: Invoice): ReplyFields {
  const description = invoice.state === 'REVERSED' ? `SUCCESS (the payment was ${invoice.note})` : undefined;
  return [
    ...replyBase(invoice.ersReference, 0, description),
    ['status', wireStatus(invoice.state)],
    [
      'receipt',
      invoice.state === 'PAID' ? receiptOf(invoice, amountText(invoice.committed, invoice.currency)) : undefined,
    ],
    ['customerTokens', tokensOf(invoice)],
    ['version', invoice.version],
  ];
}

/** Unlike the request's `tokens`, the reply has a wrapper with a `token` for each (schema). */
function tokensOf({ tokens }: Invoice): ReplyFields | undefined {
  if (tokens.length === 0) return undefined;
  return tokens.map(({ description, id, status, value }): readonly [string, ReplyFields] => [
    'token',
    [
      ['description', description || undefined],
      ['id', id],
      ['status', status],
      ['value', value],
    ],
  ]);
}

/** @param total what the receipt shall show as the total: "12.00". */
export function receiptOf(invoice: Invoice, total: string): ReplyFields {
  const { terms } = invoice;
  const amount = (value: string): ReplyFields => [
    ['currency', invoice.currency],
    ['value', value],
  ];
  const rows = terms.rows.map((row): readonly [string, ReplyFields] => [
    'invoiceRow',
    [
      ['itemDescription', row.description || undefined],
      ['itemQuantity', row.quantity],
      ['itemSKU', row.sku || undefined],
      ['itemTotalAmount', amount(amountText(row.total, invoice.currency))],
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
        ['totalAmount', amount(total)],
        ['cashierId', terms.cashierId],
        ['footer', terms.footer],
      ],
    ],
  ];
}
