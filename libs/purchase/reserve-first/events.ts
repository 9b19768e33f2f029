/** Everything that can happen to a purchase: answers of SEQR, words of the machine, and the passing of time. */
export type PurchaseEvent = SeqrEvent | MachineEvent | LinkEvent | { readonly type: 'TimePassed' };

/** How a call to SEQR failed: certainly not sent, certainly refused, or nobody knows. */
export type Failure =
  | { readonly outcome: 'not-sent'; readonly detail: string }
  | { readonly outcome: 'refused'; readonly resultCode: number; readonly detail: string }
  | { readonly outcome: 'unknown'; readonly detail: string };

export type PaymentStatus =
  | 'ISSUED'
  | 'PAID'
  | 'PARTIALLY_PAID'
  | 'PENDING_ISSUER_ACKNOWLEDGE'
  | 'CANCELED'
  | 'FAILED'
  | 'RESERVED'
  | 'EXPIRED'
  | 'UNKNOWN';

export type SeqrEvent =
  | { readonly type: 'InvoiceIssued'; readonly invoiceReference: string }
  /** `isLie`: the answer named an invoice that another purchase has. */
  | ({ readonly type: 'InvoiceFailed'; readonly isLie?: boolean } & Failure)
  /** SEQR called the notificationUrl. */
  | { readonly type: 'NotificationReceived' }
  | {
      readonly type: 'StatusRead';
      readonly status: PaymentStatus;
      readonly invoiceVersion: number;
      /** When the question left: an answer to an older question does not outrun a newer notification. */
      readonly askedAt: number;
      /** The total on the receipt, where the reply had one. */
      readonly totalMinor: bigint | null;
      readonly ersReference: string | null;
    }
  | ({ readonly type: 'StatusUnread' } & Failure)
  | { readonly type: 'InvoiceUpdated' }
  | ({ readonly type: 'UpdateFailed' } & Failure)
  | { readonly type: 'ReservationCommitted' }
  | ({ readonly type: 'CommitFailed' } & Failure)
  | { readonly type: 'InvoiceCancelled' }
  | ({ readonly type: 'CancelFailed' } & Failure)
  | { readonly type: 'ReceiptSubmitted' }
  | ({ readonly type: 'ReceiptFailed' } & Failure);

/** What became of a message to the machine; what the machine did about it comes as a MachineEvent. */
export type LinkEvent =
  | { readonly type: 'GrantSent'; readonly bootId: string }
  | { readonly type: 'GrantNotSent'; readonly detail: string }
  | { readonly type: 'CloseSent' }
  | { readonly type: 'CloseNotSent'; readonly detail: string };

/** Serial lines that go with the event, for the time line. */
interface Evidence {
  readonly serial?: readonly string[];
}

export type MachineEvent =
  | ({ readonly type: 'GrantAccepted'; readonly grantNumber: number } & Evidence)
  | ({ readonly type: 'GrantRefused'; readonly grantNumber: number; readonly reason: string } & Evidence)
  | ({
      readonly type: 'VendSelected';
      readonly grantNumber: number;
      readonly vendNumber: number;
      readonly selection: number;
      readonly machinePriceMinor: bigint;
      /** 0 when the bridge denied it. */
      readonly approvedMinor: bigint;
      readonly denied?: string;
    } & Evidence)
  | ({ readonly type: 'VendDispensed'; readonly grantNumber: number; readonly vendNumber: number } & Evidence)
  | ({
      readonly type: 'VendFailed';
      readonly grantNumber: number;
      readonly vendNumber: number;
      readonly reason: string;
    } & Evidence)
  | ({
      readonly type: 'VendUncertain';
      readonly grantNumber: number;
      readonly vendNumber: number;
      readonly reason: string;
    } & Evidence)
  | ({
      readonly type: 'SessionClosed';
      readonly grantNumber: number;
      readonly reason: string;
      readonly selections: number;
      readonly dispensed: number;
      readonly dispensedMinor: bigint;
    } & Evidence);

export type PurchaseEventType = PurchaseEvent['type'];
