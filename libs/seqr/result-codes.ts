/**
 * SEQR's result codes: what a reply's `resultCode` says, whether repeating the call can help, and what is to be done.
 *
 * Source: the constants of the vendor's Java client library (2015) and the result codes on the SEQR API page. Classes of
 * codes that belong to other products, or that no page explains, follow from their names.
 */

import type { OperationName } from './operation-name.js';

/**
 * - transient: the same call may succeed later;
 * - configuration: credentials or rights are wrong, an operator has to act;
 * - data: this request can never succeed;
 * - state: the invoice or payment is in another state than the call needs: look it up with getPaymentStatus.
 */
export type RetryClass = 'transient' | 'configuration' | 'data' | 'state';

export interface ResultCode {
  /** The vendor's constant. */
  readonly name: string;
  readonly retry: RetryClass;
  readonly meaning: string;
  /** What we do about it, or what an operator has to. */
  readonly action: string;
  /** For which the code is documented: the API page, or the vendor's manual of 2013. Any other may come all the same. */
  readonly documentedFor: readonly OperationName[] | 'all';
}

export const SUCCESS = 0;

/** What code 0 says. It is no refusal, and so not among the others. */
export const SUCCESS_CODE: Omit<ResultCode, 'retry'> = {
  name: 'SUCCESS',
  meaning: 'done',
  action: 'go on',
  documentedFor: 'all',
};

const RESULT_CODES: ReadonlyMap<number, ResultCode> = new Map(
  (
    [
      [
        1,
        'PENDING_APPROVAL',
        'state',
        'accepted, but waits for an approval',
        'look the payment up until it says more',
        [],
      ],
      [
        2,
        'REPORT_NOT_READY',
        'transient',
        'the report is still being made; ask again after 3 to 5 seconds',
        'ask again every 3 s for a minute',
        ['executeReport'],
      ],
      [
        10,
        'REJECTED_BUSINESS_LOGIC',
        'state',
        'a business rule forbids it',
        'look the payment up; a person if it stays',
        [],
      ],
      [
        11,
        'REJECTED_AMOUNT',
        'data',
        'the amount is not acceptable',
        'correct the amount',
        ['sendInvoice', 'updateInvoice', 'refundPayment'],
      ],
      [12, 'REJECTED_PAYMENT', 'state', 'the payment was rejected', 'look the payment up', []],
      [13, 'REJECTED_TOPUP', 'state', 'the top-up was rejected', 'none: another product', []],
      [
        20,
        'AUTHENTICATION_FAILED',
        'configuration',
        'wrong password',
        'correct the password in the configuration',
        'all',
      ],
      [
        21,
        'ACCESS_DENIED',
        'configuration',
        'not allowed, or a terminal password shorter than 4 characters',
        'check rights and length of the password',
        ['sendInvoice', 'getPaymentStatus', 'unregisterTerminal'],
      ],
      [22, 'INVALID_NEW_PASSWORD', 'data', 'the new password is not acceptable', 'choose another password', []],
      [
        23,
        'INVALID_ERS_REFERENCE',
        'data',
        'no payment has this reference',
        'check the payment reference',
        ['refundPayment'],
      ],
      [29, 'INVALID_INITIATOR_PRINCIPAL_ID', 'configuration', 'unknown terminal id', 'correct the terminal id', 'all'],
      [30, 'INVALID_RECEIVER_PRINCIPAL_ID', 'data', 'unknown receiver', 'none: another product', []],
      [31, 'INVALID_SENDER_PRINCIPAL_ID', 'data', 'unknown sender', 'none: another product', []],
      [32, 'INVALID_TOPUP_PRINCIPAL_ID', 'data', 'unknown top-up account holder', 'none: another product', []],
      [
        33,
        'INVALID_INITIATOR_PRINCIPAL_STATE',
        'configuration',
        'the terminal or reseller is not active',
        'have SEQR activate the terminal, or register it again',
        'all',
      ],
      [34, 'INVALID_RECEIVER_PRINCIPAL_STATE', 'data', 'the receiver is not active', 'none: another product', []],
      [35, 'INVALID_SENDER_PRINCIPAL_STATE', 'data', 'the sender is not active', 'none: another product', []],
      [
        36,
        'INVALID_TOPUP_PRINCIPAL_STATE',
        'data',
        'the top-up account holder is not active',
        'none: another product',
        [],
      ],
      [
        37,
        'INITIATOR_PRINCIPAL_NOT_FOUND',
        'configuration',
        'unknown reseller id or user id',
        'correct reseller id and user id',
        'all',
      ],
      [38, 'RECEIVER_PRINCIPAL_NOT_FOUND', 'data', 'the receiver was not found', 'none: another product', []],
      [39, 'SENDER_PRINCIPAL_NOT_FOUND', 'data', 'the sender was not found', 'none: another product', []],
      [40, 'TOPUP_PRINCIPAL_NOT_FOUND', 'data', 'the top-up account holder was not found', 'none: another product', []],
      [41, 'INVALID_PRODUCT', 'data', 'no such product', 'none: another product', []],
      [
        42,
        'INVALID_RECEIVER_ACCOUNT_TYPE',
        'data',
        "the receiver's account is of another type",
        'none: another product',
        [],
      ],
      [
        43,
        'INVALID_SENDER_ACCOUNT_TYPE',
        'data',
        "the sender's account is of another type",
        'none: another product',
        [],
      ],
      [44, 'INVALID_TOPUP_ACCOUNT_TYPE', 'data', 'the top-up account is of another type', 'none: another product', []],
      [45, 'RECEIVER_ACCOUNT_NOT_FOUND', 'data', 'the receiver has no such account', 'none: another product', []],
      [46, 'SENDER_ACCOUNT_NOT_FOUND', 'data', 'the sender has no such account', 'none: another product', []],
      [47, 'TOPUP_ACCOUNT_NOT_FOUND', 'data', 'there is no such top-up account', 'none: another product', []],
      [
        48,
        'PAYMENT_IN_PROGRESS',
        'transient',
        'the payer is paying right now',
        'repeat later',
        ['updateInvoice', 'cancelInvoice', 'refundPayment'],
      ],
      [
        49,
        'INVALID_INVOICE_DATA',
        'data',
        'the invoice is wrong, e.g. its currency or more than two decimals',
        'correct the invoice',
        ['sendInvoice', 'updateInvoice'],
      ],
      [
        50,
        'CANNOT_CANCEL_PAID_INVOICE',
        'state',
        'the invoice is paid',
        'look it up; refund if the payer must get it back',
        ['cancelInvoice'],
      ],
      [
        51,
        'CANNOT_CANCEL_INVOICE_IN_PROGRESS',
        'transient',
        'the payer is paying right now',
        'repeat later',
        ['cancelInvoice'],
      ],
      [52, 'INVALID_CUSTOMER', 'data', 'unknown payer', 'none: another product', []],
      [
        53,
        'INVALID_SEQR_ID',
        'data',
        'the SEQR id is taken or not alphanumeric',
        'choose another SEQR id',
        ['assignSeqrId'],
      ],
      [
        54,
        'INVALID_INVOICE_REFERENCE',
        'data',
        'this terminal has no such invoice',
        'ask as the terminal that sent the invoice',
        ['getPaymentStatus'],
      ],
      [
        55,
        'PAYMENT_ALREADY_CANCELLED',
        'state',
        'the payment is cancelled',
        'count it as cancelled, after looking it up',
        [],
      ],
      [56, 'REGISTRATION_NOT_POSSIBLE', 'data', 'the registration is not possible', 'none: another product', []],
      [57, 'REGISTRATION_PRINCIPAL_ALREADY_EXISTS', 'state', 'it is registered already', 'none: another product', []],
      [
        58,
        'PAYMENT_EXPIRED',
        'state',
        'the invoice or its reservation has lapsed',
        'look it up; the reservation is gone, nothing was charged',
        [],
      ],
      [
        60,
        'AUTHORIZATION_EXPIRED',
        'state',
        'the session has expired',
        'let the payer open the page again',
        ['getClientSessionInfo'],
      ],
      [
        61,
        'AUTHORIZATION_CANCELLED',
        'state',
        'the session was cancelled',
        'let the payer open the page again',
        ['getClientSessionInfo'],
      ],
      [
        62,
        'AUTHORIZATION_IN_PROGRESS',
        'transient',
        'the session is still being set up',
        'repeat later',
        ['getClientSessionInfo'],
      ],
      [63, 'INVALID_AUTHORIZATION_REFERENCE', 'data', 'no such session', 'let the payer open the page again', []],
      [
        64,
        'INVALID_NOTIFICATION_URL',
        'data',
        'the notification URL is not acceptable',
        'correct the public URL in the configuration',
        ['sendInvoice', 'updateInvoice', 'refundPayment'],
      ],
      [
        90,
        'SYSTEM_ERROR',
        'transient',
        'anything unclassified; also an update after payment',
        'look it up, then repeat later',
        'all',
      ],
      [
        91,
        'UNSUPPORTED_OPERATION',
        'configuration',
        'the service does not offer this operation',
        'have SEQR enable the operation',
        'all',
      ],
      [92, 'LICENSE_REJECTION', 'configuration', "the service's licence does not cover it", 'ask SEQR', []],
      [93, 'SYSTEM_BUSY', 'transient', 'the service is overloaded', 'repeat later', 'all'],
      [94, 'SERVICE_UNAVAILABLE', 'transient', 'the service, or the bank behind it, is down', 'repeat later', 'all'],
      [
        95,
        'INVOICE_ALREADY_CANCELED',
        'state',
        'cancelled before: for cancelInvoice as good as a success',
        'count it as cancelled',
        ['cancelInvoice'],
      ],
      [
        96,
        'INVOICE_STATE_NOT_RESERVED',
        'state',
        'nothing is reserved: committed before, lapsed or cancelled',
        'look it up: committed, cancelled or lapsed',
        ['commitReservation'],
      ],
      [
        97,
        'RESELLER_NOT_ALLOWED_TO_DO_REFUND',
        'configuration',
        'the reseller may not refund',
        'have SEQR allow refunds, or refund by hand',
        ['refundPayment'],
      ],
      [
        98,
        'SUM_OF_REFUNDS_CAN_NOT_BE_MORE_THAN_ORIGINAL_TRANSACTION',
        'data',
        'more would be refunded than was paid',
        'look up what was refunded before',
        ['refundPayment'],
      ],
      [
        99,
        'RECEIVER_ACCOUNT_DOES_NOT_ALLOW_REFUNDS',
        'data',
        'the payer cannot receive refunds',
        'refund by hand',
        ['refundPayment'],
      ],
    ] as const
  ).map(([code, name, retry, meaning, action, documentedFor]) => [
    code,
    { name, retry, meaning, action, documentedFor },
  ]),
);

/** All documented codes other than success, in ascending order. */
export const REFUSAL_CODES: readonly number[] = [...RESULT_CODES.keys()];

/** The meaning of a code other than 0. A number SEQR never published is treated like 90, its own word for "anything". */
export function resultCodeOf(code: number): ResultCode {
  return (
    RESULT_CODES.get(code) ?? {
      name: `UNKNOWN_${code}`,
      retry: 'transient',
      meaning: 'a code that SEQR never published',
      action: 'look it up, then repeat later; ask SEQR what it means',
      documentedFor: [],
    }
  );
}
