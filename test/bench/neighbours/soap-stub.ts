import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>';
const TAIL = '</soap:Body></soap:Envelope>';
const SUCCESS = '<resultCode>0</resultCode><resultDescription>SUCCESS</resultDescription>';
const OPERATION =
  /<(?:\w+:)?(sendInvoice|getPaymentStatus|updateInvoice|commitReservation|cancelInvoice|submitPaymentReceipt)\b/;

export interface StubInvoice {
  readonly reference: string;
  readonly notificationUrl: string;
  readonly clientInvoiceId: string;
  state: 'ISSUED' | 'RESERVED' | 'PAID' | 'CANCELED';
  version: number;
  total: string;
}

/**
 * SEQR as the benchmark needs it: answers at once, checks nothing, and forgets an invoice when its receipt has come or
 * its end was told. The sandbox, which checks everything, would take more CPU than what is measured.
 */
export class SoapStub {
  readonly invoices = new Map<string, StubInvoice>();
  /** Calls by operation since the start. */
  readonly calls = new Map<string, number>();
  /** Everybody who waits for receipts: each contender has payers of its own. */
  readonly onReceipt: ((ersReference: string) => void)[] = [];
  private made = Date.now() * 1_000;

  /** @returns its URL. */
  listen(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const [first] = chunks;
        const body = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
        const reply = this.answer(body.toString('utf8'));
        response.writeHead(200, {
          'content-type': 'text/xml;charset=UTF-8',
          'content-length': Buffer.byteLength(reply),
        });
        response.end(reply);
      });
    });
    server.keepAliveTimeout = 60_000;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/soap`));
    });
  }

  private answer(request: string): string {
    const operation = OPERATION.exec(request)?.[1] ?? 'unknown';
    this.calls.set(operation, (this.calls.get(operation) ?? 0) + 1);
    return `${HEAD}<ns2:${operation}Response xmlns:ns2="http://external.interfaces.ers.seamless.com/"><return>${this.fields(operation, request)}</return></ns2:${operation}Response>${TAIL}`;
  }

  private fields(operation: string, request: string): string {
    const head = `<ersReference>${(this.made += 1)}</ersReference>${SUCCESS}`;
    if (operation === 'sendInvoice') {
      const reference = String((this.made += 1));
      this.invoices.set(reference, {
        reference,
        notificationUrl: textOf(request, 'notificationUrl'),
        clientInvoiceId: textOf(request, 'clientInvoiceId'),
        state: 'ISSUED',
        version: 0,
        total: totalOf(request),
      });
      return `${head}<invoiceQRCode>HTTP://SEQR.SE/R${reference}</invoiceQRCode><invoiceReference>${reference}</invoiceReference>`;
    }
    if (operation === 'submitPaymentReceipt') {
      for (const told of this.onReceipt) told(textOf(request, 'ersReference'));
      return head;
    }
    const reference = textOf(request, 'invoiceReference');
    const invoice = this.invoices.get(reference);
    // Of purchases that were put into the database: their payers never confirm.
    if (reference.startsWith('open-')) return `${SUCCESS}<status>ISSUED</status><version>0</version>`;
    if (invoice === undefined)
      return '<resultCode>54</resultCode><resultDescription>INVALID_INVOICE</resultDescription>';
    if (operation === 'getPaymentStatus') return this.statusOf(invoice);
    if (operation === 'updateInvoice') invoice.total = totalOf(request);
    if (operation === 'cancelInvoice') invoice.state = 'CANCELED';
    if (operation === 'commitReservation') {
      invoice.state = 'PAID';
      invoice.version += 1;
    }
    return head;
  }

  private statusOf(invoice: StubInvoice): string {
    const { state, version, reference, total } = invoice;
    if (state === 'CANCELED') this.invoices.delete(reference);
    if (state !== 'PAID') return `${SUCCESS}<status>${state}</status><version>${version}</version>`;
    return `<ersReference>${reference}</ersReference>${SUCCESS}<receipt><invoiceReference>${reference}</invoiceReference><paymentReference>${reference}</paymentReference><invoice><totalAmount><currency>EUR</currency><value>${total}</value></totalAmount></invoice></receipt><status>PAID</status><version>${version}</version>`;
  }
}

function textOf(request: string, element: string): string {
  const at = request.indexOf(`<${element}>`);
  return at < 0 ? '' : request.slice(at + element.length + 2, request.indexOf('<', at + element.length + 2));
}

function totalOf(request: string): string {
  return /<totalAmount><currency>EUR<\/currency><value>([^<]*)/.exec(request)?.[1] ?? '0.00';
}
