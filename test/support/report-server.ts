import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { at, parse, schemaErrors } from '#seqr/test/schema-check.js';

/** A row of SEQR's details, as it is written there. */
export interface ReportedRow {
  readonly terminalId?: string;
  readonly cashierId?: string;
  /** "10.00000" */
  readonly amount: string;
  readonly ersReference: string;
}

interface Period {
  readonly id: string;
  readonly terminalId: string | undefined;
  readonly rows: readonly ReportedRow[];
  notReady: number;
}

/** What becomes of the next calls of an operation: done and not answered, or not ready yet, or refused. */
type Fault = 'done-but-lost' | 'lost' | 'refused';

/**
 * SEQR's periods and reports, with whatever books a test wants. What the sandbox cannot hold (tens of thousands of sales,
 * books that contradict themselves) is served here, as the very XML of SEQR's page on reporting.
 */
export class ReportServer {
  /** Sold since the last mark: of the shop, or of a terminal. */
  readonly open = new Map<string | undefined, ReportedRow[]>();
  readonly periods: Period[] = [];
  /** Wrong by this much, in hundred-thousandths: SEQR's summary. */
  summaryOff = 0n;
  /** How often a report is not ready after each mark. */
  notReady = 0;
  readonly faults: Fault[] = [];
  readonly calls: string[] = [];
  /** What the schema does not allow, of all that was sent. */
  readonly violations: string[] = [];
  /** Called before a call is answered. */
  onCall: (operation: string) => void | Promise<void> = () => undefined;

  private constructor(
    readonly endpoint: string,
    private readonly close: () => Promise<void>,
  ) {}

  /** @throws Error when something was sent that the schema does not allow: a fault of the product. */
  async stop(): Promise<void> {
    await this.close();
    if (this.violations.length > 0)
      throw new Error(`SEQR was sent what it does not take: ${this.violations.join('; ')}`);
  }

  static async start(): Promise<ReportServer> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        void reports.answer(Buffer.concat(chunks).toString('utf8')).then((reply) => {
          if (reply === undefined) return void response.destroy();
          response.writeHead(200, { 'content-type': 'text/xml;charset=UTF-8' }).end(reply);
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const reports = new ReportServer(
      `http://127.0.0.1:${port}/soap`,
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    return reports;
  }

  /** SEQR sold this, in the open period. */
  sold(rows: readonly ReportedRow[], terminalId?: string): void {
    this.open.set(terminalId, [...(this.open.get(terminalId) ?? []), ...rows]);
  }

  get marks(): number {
    return this.calls.filter((call) => call === 'markTransactionPeriod').length;
  }

  private async answer(body: string): Promise<string | undefined> {
    const operation = body.includes('markTransactionPeriod') ? 'markTransactionPeriod' : 'executeReport';
    this.calls.push(operation);
    const [message] = at(parse(body), 'Body').children;
    this.violations.push(...(message ? schemaErrors(message) : ['a request without a message']));
    await this.onCall(operation);
    const fault = this.faults.shift();
    if (fault === 'lost') return undefined;
    if (fault === 'refused') return envelope(operation, '<resultCode>93</resultCode>');
    const parameters = new Map(
      [...body.matchAll(/<key>([^<]*)<\/key>\s*<value>([^<]*)<\/value>/g)].map(([, key = '', value = '']) => [
        key,
        value,
      ]),
    );
    const terminalId = parameters.get('TERMINALID');
    if (operation === 'markTransactionPeriod') {
      const id = `period-${this.periods.length + 1}`;
      this.periods.push({ id, terminalId, rows: this.open.get(terminalId) ?? [], notReady: this.notReady });
      this.open.delete(terminalId);
      if (fault === 'done-but-lost') return undefined;
      return envelope(operation, `<resultCode>0</resultCode><transactionPeriodId>${id}</transactionPeriodId>`);
    }
    const period = this.periods.find(({ id }) => id === parameters.get('transactionPeriodId'));
    if (period === undefined || period.terminalId !== terminalId) {
      return envelope(operation, '<resultCode>90</resultCode>');
    }
    if (period.notReady > 0) {
      period.notReady -= 1;
      return envelope(operation, '<resultCode>2</resultCode>');
    }
    const content = /003|007/.test(body) ? this.details(period) : this.summary(period);
    return envelope(
      operation,
      `<resultCode>0</resultCode><report><mimeType>text/html</mimeType><contentString><![CDATA[${content}]]></contentString></report>`,
    );
  }

  private details(period: Period): string {
    const rows = period.rows.map(
      (row) =>
        `<Row>${field('TerminalId', row.terminalId)}${field('CashierId', row.cashierId)}` +
        `${field('SalesAmount', row.amount)}${field('ErsReference', row.ersReference)}</Row>`,
    );
    return `<TransactionDetails>${metaOf(period)}${rows.join('')}</TransactionDetails>`;
  }

  private summary(period: Period): string {
    const total = period.rows.reduce((sum, { amount }) => sum + BigInt(amount.replace('.', '')), this.summaryOff);
    const digits = total.toString().padStart(6, '0');
    const row = `<Row><SalesCount>${period.rows.length}</SalesCount><SalesTotal>${digits.slice(0, -5)}.${digits.slice(-5)}</SalesTotal></Row>`;
    return `<ResellerTransactionSummary>${metaOf(period)}${row}</ResellerTransactionSummary>`;
  }
}

function field(name: string, value: string | undefined): string {
  return value === undefined ? '' : `<${name}>${value}</${name}>`;
}

function metaOf({ id }: Period): string {
  return `<Meta><ResellerId>reseller</ResellerId><TransactionPeriodId>${id}</TransactionPeriodId></Meta>`;
}

function envelope(operation: string, fields: string): string {
  return (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>' +
    `<ns2:${operation}Response xmlns:ns2="http://external.interfaces.ers.seamless.com/">` +
    `<return>${fields}</return></ns2:${operation}Response></soap:Body></soap:Envelope>`
  );
}
