import { ManualClock } from '../clock.js';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../sandbox.js';
import { textAt } from '../xml.js';
import { control, postSoap } from './merchant.js';
import * as requests from './requests.js';

export const OTHER_SHOP = { ...requests.RESELLER, id: 'other' };
/** The context of the other shop's user. */
export const OTHER_CONTEXT = requests.RESELLER_CONTEXT.replace(requests.RESELLER.id, OTHER_SHOP.id);

/** A sandbox with two shops, whose time a test moves, and calls to it in the words of tests. */
export class Bench {
  private constructor(
    readonly sandbox: RunningSandbox,
    readonly clock: ManualClock,
  ) {}

  static async start(options: Partial<SandboxOptions> = {}): Promise<Bench> {
    const clock = new ManualClock();
    const resellers = [requests.RESELLER, OTHER_SHOP];
    return new Bench(await startSandbox({ port: 0, resellers, clock, ...options }), clock);
  }

  stop(): Promise<void> {
    return this.sandbox.stop();
  }

  post(body: string) {
    return postSoap(this.sandbox.soapUrl, body);
  }

  /** The result code that a request is answered with; "violation" for a soap:Fault. */
  async code(body: string): Promise<string> {
    return (await this.post(body)).resultCode ?? 'violation';
  }

  /** The text at a path of the reply's `return`. */
  async read(body: string, path: string): Promise<string | undefined> {
    return textAt((await this.post(body)).message, `return/${path}`);
  }

  control(method: string, path: string, body?: unknown) {
    return control(this.sandbox.url, method, path, body);
  }

  /** Registers a terminal and answers with its id. */
  async register(context?: string): Promise<string> {
    return (await this.read(requests.registerTerminal('Site 1/Machine 7', 'chosen', context), 'terminalId')) ?? '';
  }

  async issue(context?: string, parts?: requests.InvoiceParts): Promise<string> {
    return (await this.read(requests.sendInvoice(parts, context), 'invoiceReference')) ?? '';
  }

  /** Leads a payment over 30.00 EUR to its end and answers with its ersReference. */
  async pay(context?: string, parts: requests.InvoiceParts = {}): Promise<string> {
    const reference = await this.issue(context, { mode: 'IMMEDIATE_DEBIT', ...parts });
    this.sandbox.payer.confirm(reference, '1234');
    return (await this.read(requests.getPaymentStatus(reference, 0, context), 'ersReference')) ?? '';
  }
}
