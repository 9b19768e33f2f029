import type { InvoiceBook } from './book.js';
import { PayerError } from './book-rules.js';
import type { Terminals } from './terminals.js';

/**
 * The invoice behind a QR text that names one, `HTTP://SEQR.SE/R<reference>`, or behind a sticker on a cash register,
 * `HTTP://SEQR.SE/Q<seqrId>`, which has one at a time (FAQ).
 *
 * @throws PayerError UNKNOWN_INVOICE
 */
export function invoiceOfQr(qrText: string, book: InvoiceBook, terminals: Terminals): string {
  const [, kind, id = ''] = /^(?:HTTP|SEQR):\/\/SEQR\.SE\/([RQ])([A-Za-z0-9]{1,40})$/i.exec(qrText) ?? [];
  if (kind === 'R') return id;
  const terminal = kind === 'Q' ? terminals.labelled(id) : undefined;
  const invoice = terminal && book.currentOf(`TERMINALID ${terminal.id}`);
  if (!invoice) throw new PayerError('UNKNOWN_INVOICE', 'the QR text leads to no invoice');
  return invoice.reference;
}
