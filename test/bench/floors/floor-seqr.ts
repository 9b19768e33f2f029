import { type Dispatcher, Pool } from 'undici';

/** As many as the product opens to SEQR. */
const CONNECTIONS = 64;

/** SOAP by template over kept-alive connections; replies are read by regular expressions and believed. */
export class FloorSeqr {
  private readonly pool: Pool;
  private readonly path: string;

  constructor(url: string) {
    const { origin, pathname } = new URL(url);
    this.pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
    this.path = pathname;
  }

  call(operation: string, fields: string): Promise<string> {
    const body = `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><ext:${operation} xmlns:ext="http://external.interfaces.ers.seamless.com/"><context><channel>ClientWebService</channel><clientId>floor</clientId><clientReferenceId>1</clientReferenceId><clientRequestTimeout>0</clientRequestTimeout><initiatorPrincipalId><id>floor</id><type>RESELLERUSER</type><userId>9900</userId></initiatorPrincipalId><password>a-password</password></context>${fields}</ext:${operation}></soap:Body></soap:Envelope>`;
    return new Promise((resolve, reject) => {
      this.pool.dispatch(
        {
          method: 'POST',
          path: this.path,
          headers: { 'content-type': 'text/xml; charset=utf-8', soapaction: '""' },
          body,
        },
        new Reply(resolve, reject),
      );
    });
  }
}

class Reply implements Dispatcher.DispatchHandler {
  private text = '';

  constructor(
    private readonly resolve: (text: string) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(): void {}
  onResponseStart(): void {}

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.text += chunk.toString('latin1');
  }

  onResponseEnd(): void {
    this.resolve(this.text);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}

export function invoiceOf(id: string, notificationUrl: string, total: string): string {
  return `<invoice><paymentMode>RESERVATION_REQUIRED</paymentMode><acknowledgmentMode>NO_ACKNOWLEDGMENT</acknowledgmentMode><issueDate>2026-11-21T12:00:00Z</issueDate><title>floor</title><clientInvoiceId>${id}</clientInvoiceId><invoiceRows><invoiceRow><itemDescription>Reserved</itemDescription><itemQuantity>1</itemQuantity><itemTotalAmount><currency>EUR</currency><value>${total}</value></itemTotalAmount><itemUnit>EA</itemUnit></invoiceRow></invoiceRows><totalAmount><currency>EUR</currency><value>${total}</value></totalAmount><cashierId>floor</cashierId><footer>floor</footer><notificationUrl>${notificationUrl}</notificationUrl><commitReservationTimeout>900</commitReservationTimeout></invoice>`;
}
