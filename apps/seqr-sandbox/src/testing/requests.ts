/** Requests as a careful merchant's program sends them. Tests change one thing in them and watch what happens. */
export const RESELLER = { id: 'vendrail-demo', userId: '9900', password: 'sandbox-password' };
export const TERMINAL = { id: '0123456789abcdef0123456789abcdef', password: 'terminal-password' };

const CONTEXT_HEAD = `<channel>WS</channel><clientComment>test</clientComment><clientId>vendrail 0.1.0</clientId><clientReference>0a1b2c3d4e5f60718293a4b5c6d7e8f9</clientReference><clientRequestTimeout>0</clientRequestTimeout>`;

export const RESELLER_CONTEXT = `<context>${CONTEXT_HEAD}<initiatorPrincipalId><id>${RESELLER.id}</id><type>RESELLERUSER</type><userId>${RESELLER.userId}</userId></initiatorPrincipalId><password>${RESELLER.password}</password></context>`;

export const TERMINAL_CONTEXT = `<context>${CONTEXT_HEAD}<initiatorPrincipalId><id>${TERMINAL.id}</id><type>TERMINALID</type></initiatorPrincipalId><password>${TERMINAL.password}</password></context>`;

export function amountXml(name: string, value: string, currency = 'EUR'): string {
  return `<${name}><currency>${currency}</currency><value>${value}</value></${name}>`;
}

export interface InvoiceParts {
  readonly total?: string;
  readonly mode?: string;
  readonly notificationUrl?: string;
  readonly commitTimeout?: number;
  readonly acknowledgment?: string;
}

export function invoiceXml(parts: InvoiceParts = {}): string {
  const { total = '30.00', mode = 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT', commitTimeout = 600 } = parts;
  const { acknowledgment = 'NO_ACKNOWLEDGMENT' } = parts;
  const { notificationUrl = 'https://localhost:1/notify/secret' } = parts;
  const row = `<invoiceRow><itemDescription>Up to this amount</itemDescription><itemQuantity>1</itemQuantity>${amountXml('itemTotalAmount', total)}</invoiceRow>`;
  return `<invoice><paymentMode>${mode}</paymentMode><acknowledgmentMode>${acknowledgment}</acknowledgmentMode><issueDate>2026-03-01T12:00:00</issueDate><title>Cola by the door</title><clientInvoiceId>purchase-1</clientInvoiceId><invoiceRows>${row}</invoiceRows>${amountXml('totalAmount', total)}<cashierId>cola-1</cashierId><footer>Thank you</footer><notificationUrl>${notificationUrl}</notificationUrl><commitReservationTimeout>${commitTimeout}</commitReservationTimeout></invoice>`;
}

/** A loyalty card as a merchant sends it. */
export function tokenXml(id: string, status: number, value = '1234'): string {
  return `<tokens><description>A card</description><id>${id}</id><status>${status}</status><value>${value}</value></tokens>`;
}

/** Puts tokens behind the invoice, where the schema wants them. */
export const withTokens = (request: string, ...tokens: readonly string[]) =>
  request.replace('</invoice>', `</invoice>${tokens.join('')}`);

export function envelope(message: string): string {
  return `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ext="http://external.interfaces.ers.seamless.com/"><soapenv:Body>${message}</soapenv:Body></soapenv:Envelope>`;
}

function call(operation: string, content: string, context = RESELLER_CONTEXT): string {
  return envelope(`<ext:${operation}>${context}${content}</ext:${operation}>`);
}

export const sendInvoice = (parts?: InvoiceParts, context?: string) => call('sendInvoice', invoiceXml(parts), context);

export const updateInvoice = (reference: string, parts?: InvoiceParts) =>
  call('updateInvoice', `<invoiceReference>${reference}</invoiceReference>${invoiceXml(parts)}`);

export const getPaymentStatus = (reference: string, version = 0, context?: string) =>
  call(
    'getPaymentStatus',
    `<invoiceReference>${reference}</invoiceReference><invoiceVersion>${version}</invoiceVersion>`,
    context,
  );

export const commitReservation = (reference: string, value?: string) =>
  call(
    'commitReservation',
    `${value === undefined ? '' : amountXml('amount', value)}<invoiceReference>${reference}</invoiceReference>`,
  );

export const cancelInvoice = (reference: string) =>
  call('cancelInvoice', `<invoiceReference>${reference}</invoiceReference>`);

export const submitPaymentReceipt = (ersReference: string) =>
  call(
    'submitPaymentReceipt',
    `<ersReference>${ersReference}</ersReference><receiptDocument><mimeType>text/html</mimeType><receiptData>${Buffer.from('<p>One cola</p>').toString('base64')}</receiptData><receiptType>PAYMENT_RECEIPT</receiptType></receiptDocument>`,
  );

export const refundPayment = (ersReference: string, value: string, context?: string) =>
  call(
    'refundPayment',
    `<ersReference>${ersReference}</ersReference><invoice><title>Given back</title>${amountXml('totalAmount', value)}<cashierId>cola-1</cashierId></invoice>`,
    context,
  );

export const registerTerminal = (externalTerminalId = 'Site 1/Machine 7', password = 'chosen', context?: string) =>
  call(
    'registerTerminal',
    `<externalTerminalId>${externalTerminalId}</externalTerminalId><password>${password}</password><name>Cola by the door</name>`,
    context,
  );

export const assignSeqrId = (seqrId: string, context?: string) =>
  call('assignSeqrId', `<seqrId>${seqrId}</seqrId>`, context);

export const unregisterTerminal = (context?: string) => call('unregisterTerminal', '', context);

/** The context of a terminal that registered itself with the password "chosen". */
export const contextOf = (terminalId: string, password = 'chosen') =>
  TERMINAL_CONTEXT.replace(TERMINAL.id, terminalId).replace(TERMINAL.password, password);

export function parametersXml(entries: Readonly<Record<string, string>>): string {
  const each = Object.entries(entries).map(([key, value]) => `<entry><key>${key}</key><value>${value}</value></entry>`);
  return `<parameters><parameter>${each.join('')}</parameter></parameters>`;
}

export const markTransactionPeriod = (terminalId?: string, context?: string) =>
  call('markTransactionPeriod', terminalId === undefined ? '' : parametersXml({ TERMINALID: terminalId }), context);

export const executeReport = (reportId: string, entries: Readonly<Record<string, string>>, context?: string) =>
  call('executeReport', `<reportId>Reconciliation/${reportId}</reportId>${parametersXml(entries)}`, context);

export const creditUser = (userId: string, value = '5.00', description = 'You won, well done.') =>
  call(
    'creditUser',
    `<creditUserRequest><userId>${userId}</userId>${amountXml('amount', value)}<description>${description}</description><correlationId>round-7</correlationId></creditUserRequest>`,
  );

export const getClientSessionInfo = (key: string, context?: string) =>
  call('getClientSessionInfo', `<key>${key}</key>`, context);

export const benchmarkingNop = () => envelope('<ext:benchmarkingNop/>');
