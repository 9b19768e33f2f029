/**
 * SEQR's result codes: what a reply's `resultCode` says and whether repeating the call can help.
 *
 * Source: the constants of the vendor's Java client library (2015) and the result codes on the SEQR API page. Classes of
 * codes that belong to other products, or that no page explains, follow from their names.
 */

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
}

export const SUCCESS = 0;

const RESULT_CODES: ReadonlyMap<number, ResultCode> = new Map(
  (
    [
      [1, 'PENDING_APPROVAL', 'state', 'accepted, but waits for an approval'],
      [2, 'REPORT_NOT_READY', 'transient', 'the report is still being made; ask again after 3 to 5 seconds'],
      [10, 'REJECTED_BUSINESS_LOGIC', 'state', 'a business rule forbids it'],
      [11, 'REJECTED_AMOUNT', 'data', 'the amount is not acceptable'],
      [12, 'REJECTED_PAYMENT', 'state', 'the payment was rejected'],
      [13, 'REJECTED_TOPUP', 'state', 'the top-up was rejected'],
      [20, 'AUTHENTICATION_FAILED', 'configuration', 'wrong password'],
      [21, 'ACCESS_DENIED', 'configuration', 'not allowed, or a terminal password shorter than 4 characters'],
      [22, 'INVALID_NEW_PASSWORD', 'data', 'the new password is not acceptable'],
      [23, 'INVALID_ERS_REFERENCE', 'data', 'no payment has this reference'],
      [29, 'INVALID_INITIATOR_PRINCIPAL_ID', 'configuration', 'unknown terminal id'],
      [30, 'INVALID_RECEIVER_PRINCIPAL_ID', 'data', 'unknown receiver'],
      [31, 'INVALID_SENDER_PRINCIPAL_ID', 'data', 'unknown sender'],
      [32, 'INVALID_TOPUP_PRINCIPAL_ID', 'data', 'unknown top-up account holder'],
      [33, 'INVALID_INITIATOR_PRINCIPAL_STATE', 'configuration', 'the terminal or reseller is not active'],
      [34, 'INVALID_RECEIVER_PRINCIPAL_STATE', 'data', 'the receiver is not active'],
      [35, 'INVALID_SENDER_PRINCIPAL_STATE', 'data', 'the sender is not active'],
      [36, 'INVALID_TOPUP_PRINCIPAL_STATE', 'data', 'the top-up account holder is not active'],
      [37, 'INITIATOR_PRINCIPAL_NOT_FOUND', 'configuration', 'unknown reseller id or user id'],
      [38, 'RECEIVER_PRINCIPAL_NOT_FOUND', 'data', 'the receiver was not found'],
      [39, 'SENDER_PRINCIPAL_NOT_FOUND', 'data', 'the sender was not found'],
      [40, 'TOPUP_PRINCIPAL_NOT_FOUND', 'data', 'the top-up account holder was not found'],
      [41, 'INVALID_PRODUCT', 'data', 'no such product'],
      [42, 'INVALID_RECEIVER_ACCOUNT_TYPE', 'data', "the receiver's account is of another type"],
      [43, 'INVALID_SENDER_ACCOUNT_TYPE', 'data', "the sender's account is of another type"],
      [44, 'INVALID_TOPUP_ACCOUNT_TYPE', 'data', 'the top-up account is of another type'],
      [45, 'RECEIVER_ACCOUNT_NOT_FOUND', 'data', 'the receiver has no such account'],
      [46, 'SENDER_ACCOUNT_NOT_FOUND', 'data', 'the sender has no such account'],
      [47, 'TOPUP_ACCOUNT_NOT_FOUND', 'data', 'there is no such top-up account'],
      [48, 'PAYMENT_IN_PROGRESS', 'transient', 'the payer is paying right now'],
      [49, 'INVALID_INVOICE_DATA', 'data', 'the invoice is wrong, e.g. its currency or more than two decimals'],
      [50, 'CANNOT_CANCEL_PAID_INVOICE', 'state', 'the invoice is paid'],
      [51, 'CANNOT_CANCEL_INVOICE_IN_PROGRESS', 'transient', 'the payer is paying right now'],
      [52, 'INVALID_CUSTOMER', 'data', 'unknown payer'],
      [53, 'INVALID_SEQR_ID', 'data', 'the SEQR id is taken or not alphanumeric'],
      [54, 'INVALID_INVOICE_REFERENCE', 'data', 'this terminal has no such invoice'],
      [55, 'PAYMENT_ALREADY_CANCELLED', 'state', 'the payment is cancelled'],
      [56, 'REGISTRATION_NOT_POSSIBLE', 'data', 'the registration is not possible'],
      [57, 'REGISTRATION_PRINCIPAL_ALREADY_EXISTS', 'state', 'it is registered already'],
      [58, 'PAYMENT_EXPIRED', 'state', 'the invoice or its reservation has lapsed'],
      [60, 'AUTHORIZATION_EXPIRED', 'state', 'the session has expired'],
      [61, 'AUTHORIZATION_CANCELLED', 'state', 'the session was cancelled'],
      [62, 'AUTHORIZATION_IN_PROGRESS', 'transient', 'the session is still being set up'],
      [63, 'INVALID_AUTHORIZATION_REFERENCE', 'data', 'no such session'],
      [64, 'INVALID_NOTIFICATION_URL', 'data', 'the notification URL is not acceptable'],
      [90, 'SYSTEM_ERROR', 'transient', 'anything unclassified; also an update after payment'],
      [91, 'UNSUPPORTED_OPERATION', 'configuration', 'the service does not offer this operation'],
      [92, 'LICENSE_REJECTION', 'configuration', "the service's licence does not cover it"],
      [93, 'SYSTEM_BUSY', 'transient', 'the service is overloaded'],
      [94, 'SERVICE_UNAVAILABLE', 'transient', 'the service, or the bank behind it, is down'],
      [95, 'INVOICE_ALREADY_CANCELED', 'state', 'cancelled before: for cancelInvoice as good as a success'],
      [96, 'INVOICE_STATE_NOT_RESERVED', 'state', 'nothing is reserved: committed before, lapsed or cancelled'],
      [97, 'RESELLER_NOT_ALLOWED_TO_DO_REFUND', 'configuration', 'the reseller may not refund'],
      [98, 'SUM_OF_REFUNDS_CAN_NOT_BE_MORE_THAN_ORIGINAL_TRANSACTION', 'data', 'more would be refunded than was paid'],
      [99, 'RECEIVER_ACCOUNT_DOES_NOT_ALLOW_REFUNDS', 'data', 'the payer cannot receive refunds'],
    ] as const
  ).map(([code, name, retry, meaning]) => [code, { name, retry, meaning }]),
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
    }
  );
}
