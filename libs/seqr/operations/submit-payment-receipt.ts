import { SeqrRequestError } from '../request-error.js';
import { checkedText, LENGTHS } from '../wire-fields.js';

import { nothingMore, type Operation } from './operation.js';
import { checkedReference } from './reference.js';

/** A receipt is a page of HTML or XML; 64 KiB is many of them and keeps the request small. */
const RECEIPT_BYTES_MAX = 64 * 1024;

export interface ReceiptDocument {
  /** Usually text/html; the certification papers prefer the word Base64. */
  readonly mimeType: string;
  /** A text is sent as UTF-8. May be empty. */
  readonly data: Uint8Array | string;
  readonly receiptType: 'PAYMENT_RECEIPT' | 'WARRANTY' | 'VOUCHER' | 'OTHER';
}

export interface ReceiptSubmission {
  /** The payment's, as getPaymentStatus gave it with PAID. */
  readonly ersReference: string;
  readonly receipt: ReceiptDocument;
}

/** SEQR API page, submitPaymentReceipt: also tells SEQR that the point of sale has seen the payment. May be called once per receiptType. */
export const submitPaymentReceipt: Operation<ReceiptSubmission, object> = {
  name: 'submitPaymentReceipt',
  request: ({ ersReference, receipt }) => {
    const bytes = typeof receipt.data === 'string' ? Buffer.from(receipt.data, 'utf8') : Buffer.from(receipt.data);
    if (bytes.byteLength > RECEIPT_BYTES_MAX) {
      throw new SeqrRequestError('TOO_LONG', 'receiptData', `over ${RECEIPT_BYTES_MAX} bytes`);
    }
    return {
      ersReference: checkedReference('ersReference', ersReference),
      receiptDocument: {
        mimeType: checkedText('mimeType', receipt.mimeType, LENGTHS.id),
        receiptData: bytes.toString('base64'),
        receiptType: receipt.receiptType,
      },
    };
  },
  answer: nothingMore,
};
