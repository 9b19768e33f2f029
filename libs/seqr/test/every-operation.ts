import type { SeqrClient } from '../client.js';
import type { OperationName } from '../operation-name.js';
import type { Reply } from '../reply.js';
import type { SeqrSessionClient } from '../session-client.js';

import { eur, invoiceOf } from './fixtures.js';

export interface Clients {
  readonly client: SeqrClient;
  readonly sessions: SeqrSessionClient;
}

/** One call of each operation: what it sends behind the context, what a success brings, and how that is read. */
export interface Example {
  readonly ask: (clients: Clients) => Promise<Reply>;
  /** Absent where client.spec.ts compares the whole document. */
  readonly sends?: string;
  /** What stands in the reply beside its result code. */
  readonly brings: string;
  readonly answer: object;
}

const PARAMETERS = (...entries: [string, string][]) =>
  `<parameters><parameter>${entries.map(([key, value]) => `<entry><key>${key}</key><value>${value}</value></entry>`).join('')}</parameter></parameters>`;

export const EVERY_OPERATION: Readonly<Record<OperationName, Example>> = {
  sendInvoice: {
    ask: ({ client }) => client.sendInvoice(invoiceOf()),
    brings: '<invoiceQRCode>HTTP://SEQR.SE/R1</invoiceQRCode><invoiceReference>1</invoiceReference>',
    answer: { invoiceReference: '1', invoiceQRCode: 'HTTP://SEQR.SE/R1' },
  },
  getPaymentStatus: {
    ask: ({ client }) => client.getPaymentStatus({ invoiceReference: '1', invoiceVersion: 0 }),
    brings: '<status>RESERVED</status><version>2</version>',
    answer: { status: 'RESERVED', statusText: 'RESERVED', version: 2 },
  },
  updateInvoice: {
    ask: ({ client }) => client.updateInvoice({ invoiceReference: '1', invoice: invoiceOf() }),
    brings: '',
    answer: {},
  },
  commitReservation: {
    ask: ({ client }) => client.commitReservation({ invoiceReference: '1', amount: eur(5n) }),
    brings: '',
    answer: {},
  },
  cancelInvoice: {
    ask: ({ client }) => client.cancelInvoice({ invoiceReference: '1' }),
    brings: '',
    answer: {},
  },
  submitPaymentReceipt: {
    ask: ({ client }) =>
      client.submitPaymentReceipt({
        ersReference: '9',
        receipt: { mimeType: 'text/html', data: '', receiptType: 'PAYMENT_RECEIPT' },
      }),
    // The API page says that there is none, its sample has one: it is not read.
    brings: '<ersReference>9</ersReference>',
    answer: {},
  },
  refundPayment: {
    ask: ({ client }) =>
      client.refundPayment({
        ersReference: '2013031500000000000000001',
        title: 'Refund',
        cashierId: 'machine-7',
        totalAmount: eur(150n),
        invoiceRows: [{ itemDescription: 'Cola', itemQuantity: 1, itemTotalAmount: eur(150n) }],
        notificationUrl: 'https://reseller.example/n/abc',
      }),
    sends:
      '<ersReference>2013031500000000000000001</ersReference><invoice>' +
      '<acknowledgmentMode>NO_ACKNOWLEDGMENT</acknowledgmentMode><title>Refund</title><invoiceRows><invoiceRow>' +
      '<itemDescription>Cola</itemDescription><itemQuantity>1</itemQuantity>' +
      '<itemTotalAmount><currency>EUR</currency><value>1.50</value></itemTotalAmount></invoiceRow></invoiceRows>' +
      '<totalAmount><currency>EUR</currency><value>1.50</value></totalAmount><cashierId>machine-7</cashierId>' +
      '<notificationUrl>https://reseller.example/n/abc</notificationUrl></invoice>',
    brings: '<ersReference>2013031500000000000000002</ersReference>',
    answer: { refundReference: '2013031500000000000000002' },
  },
  registerTerminal: {
    ask: ({ client }) =>
      client.registerTerminal({ externalTerminalId: 'Site 1/Machine 7', password: 'p<&>w', name: 'Machine 7' }),
    sends:
      '<externalTerminalId>Site 1/Machine 7</externalTerminalId><password>p&lt;&amp;&gt;w</password><name>Machine 7</name>',
    brings: '<terminalId>8609bf533abf4a2dc3b4cf5c1f7a2e3d</terminalId>',
    answer: { terminalId: '8609bf533abf4a2dc3b4cf5c1f7a2e3d' },
  },
  unregisterTerminal: { ask: ({ client }) => client.unregisterTerminal({}), sends: '', brings: '', answer: {} },
  assignSeqrId: {
    ask: ({ client }) => client.assignSeqrId({ seqrId: 'VEND0007' }),
    sends: '<seqrId>VEND0007</seqrId>',
    brings: '',
    answer: {},
  },
  markTransactionPeriod: {
    ask: ({ client }) => client.markTransactionPeriod({ terminalId: 'd9a1b2c3' }),
    sends: PARAMETERS(['TERMINALID', 'd9a1b2c3']),
    brings: '<transactionPeriodId>77</transactionPeriodId>',
    answer: { transactionPeriodId: '77' },
  },
  executeReport: {
    ask: ({ client }) =>
      client.executeReport({
        reportId: 'Reconciliation/STD_RECON_006.xml',
        transactionPeriodId: '77',
        terminalId: 'd9a1b2c3',
        language: 'en',
      }),
    sends:
      '<reportId>Reconciliation/STD_RECON_006.xml</reportId><language>en</language>' +
      PARAMETERS(['transactionPeriodId', '77'], ['TERMINALID', 'd9a1b2c3']),
    brings:
      '<report><title>Terminal</title><mimeType>text/html</mimeType><contentString><![CDATA[<a>5 €</a>]]></contentString></report>',
    answer: { report: { title: 'Terminal', mimeType: 'text/html', text: '<a>5 €</a>' } },
  },
  creditUser: {
    ask: ({ client }) =>
      client.creditUser({ userId: 'u1', amount: eur(100n), description: 'You won, 1.00.', correlationId: 'c-1' }),
    sends:
      '<creditUserRequest><userId>u1</userId><amount><currency>EUR</currency><value>1.00</value></amount>' +
      '<description>You won, 1.00.</description><correlationId>c-1</correlationId></creditUserRequest>',
    brings: '<ersReference>5</ersReference><correlationId>c-1</correlationId>',
    answer: { ersReference: '5', correlationId: 'c-1' },
  },
  benchmarkingNop: { ask: ({ client }) => client.benchmarkingNop(), brings: '', answer: {} },
  getClientSessionInfo: {
    ask: ({ sessions }) => sessions.getClientSessionInfo({ key: 'session-key' }),
    sends: '<key>session-key</key>',
    brings:
      '<parameters><entry><key>msisdn</key><value>46701234567</value></entry>' +
      '<entry><key>subscriberKey</key><value>k1</value></entry><entry><key>m</key><value>7</value></entry></parameters>',
    answer: { msisdn: '46701234567', subscriberKey: 'k1', parameters: new Map([['m', '7']]) },
  },
};
