/** Every operation of SEQR's that this library calls. */
export type OperationName =
  | 'sendInvoice'
  | 'getPaymentStatus'
  | 'updateInvoice'
  | 'commitReservation'
  | 'cancelInvoice'
  | 'refundPayment'
  | 'submitPaymentReceipt'
  | 'registerTerminal'
  | 'unregisterTerminal'
  | 'assignSeqrId'
  | 'markTransactionPeriod'
  | 'executeReport'
  | 'creditUser'
  | 'benchmarkingNop'
  | 'getClientSessionInfo';
