/**
 * The points of a server's work at which it can be made to die (crash-at.mjs). A point is named by what is done and, as
 * far as it matters, in which state: `perform:<act>@<state of the purchase>`, `save:<event>><state after it>`. Before a
 * `perform` the intent is durable and nothing was sent; after it SEQR or the machine knows, and the database does not.
 */
const EITHER_SIDE = [
  'createPurchase',
  'begin',
  'perform:sendInvoice@NEW',
  'save:InvoiceIssued>INVOICED',
  'notification',
  'save:NotificationReceived>INVOICED',
  'perform:getPaymentStatus@INVOICED',
  'save:StatusRead>UNLOCKING',
  'perform:sendGrant@UNLOCKING',
  'publish:grant',
  'save:GrantSent>UNLOCKING',
  'save:GrantAccepted>UNLOCKED',
  'publish:ack',
  'save:VendSelected>UNLOCKED',
  'save:VendDispensed>UNLOCKED',
  'save:VendFailed>UNLOCKED',
  'save:SessionClosed>SETTLING',
  'perform:updateInvoice@SETTLING',
  'save:InvoiceUpdated>SETTLING',
  'perform:commitReservation@SETTLING',
  'save:ReservationCommitted>SETTLING',
  'perform:getPaymentStatus@SETTLING',
  'save:StatusRead>COMMITTED',
  'perform:submitPaymentReceipt@COMMITTED',
  'save:ReceiptSubmitted>COMMITTED',
  'save:SessionClosed>RELEASING',
  'perform:cancelInvoice@RELEASING',
  'save:InvoiceCancelled>RELEASING',
  'perform:getPaymentStatus@RELEASING',
  'save:StatusRead>RELEASED',
  'save:TimePassed>CANCELLING',
  'perform:cancelInvoice@CANCELLING',
  'save:InvoiceCancelled>CANCELLING',
  'perform:getPaymentStatus@CANCELLING',
  'save:StatusRead>CANCELLED',
  'save:TimePassed>CLOSING',
  'perform:closeGrant@CLOSING',
  'publish:close',
  'save:CloseSent>CLOSING',
] as const;

/** Between taking over what a dead server left and doing it: the second crash in a row. */
const AFTER_ONLY = ['claim'] as const;

export const LABELS: readonly string[] = [
  ...EITHER_SIDE.flatMap((point) => [`${point}:before`, `${point}:after`]),
  ...AFTER_ONLY.map((point) => `${point}:after`),
];
