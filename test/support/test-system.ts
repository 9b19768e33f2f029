import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Agent, request } from 'undici';

import type { LocalEnvironment } from '#local/environment.js';
import { freePort } from '#local/installation.js';
import { type LocalSystem, startSystem } from '#local/system.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';
import type { RunningSandbox } from '#seqr-sandbox/sandbox.js';
import type { BuyerStep } from '#simulated-machine/buyer.js';

import { newDatabase, queryOf } from './database.js';
import { eventually } from './eventually.js';

export const TOKEN = 'VR-1001';
export const TEST_SECRET = 'a secret for tests, long enough to be one';
export const MACHINE_ID = 'helsinki-central-1';
/** Prices of the seeded machine by selection, in cents. */
export const PRICES = { 11: 180, 12: 190, 13: 220, 34: 450 } as const;

export interface PurchaseRecord {
  id: string;
  state: string;
  reserved_minor: string;
  committed_minor: string | null;
  invoice_reference: string | null;
  ers_reference: string | null;
}

/** The whole system on ports of its own, with the sandbox's payer and the simulated machine at hand. */
export class TestSystem {
  private constructor(
    readonly local: LocalSystem,
    readonly sandbox: RunningSandbox,
    private readonly folder: string,
    private readonly agent: Agent,
  ) {}

  /** @param changes to how it is started: more machines, a bridge in a hurry */
  static async start(changes: Partial<LocalEnvironment> = {}): Promise<TestSystem> {
    const folder = await mkdtemp(join(tmpdir(), 'vendrail-system-'));
    const [httpsPort, sandboxPort, mqttPort, machinePort] = await Promise.all([
      freePort(),
      freePort(),
      freePort(),
      freePort(),
    ]);
    const local = await startSystem(
      {
        folder,
        secret: TEST_SECRET,
        operatorToken: 'token-for-tests-only',
        postgresPort: 0,
      },
      {
        folder,
        httpsPort,
        sandboxPort,
        mqttPort,
        machinePort,
        databaseUrl: changes.databaseUrl ?? (await newDatabase()),
        mqttUrl: undefined,
        seqrSoapUrl: undefined,
        dispenseMs: 20,
        ...changes,
      },
      join(__dirname, '..', '..'),
      (_, work) => work(),
    );
    if (local.sandbox === undefined) throw new Error('the tests need the sandbox');
    const agent = new Agent({ connect: { ca: await readFile(local.caFile, 'utf8') }, connections: 100 });
    const system = new TestSystem(local, local.sandbox, folder, agent);
    await system.machineReady();
    return system;
  }

  async stop(): Promise<void> {
    // Every request of every test was checked against the schema; a fault in one is a fault of the product.
    const violations = this.sandbox.journal.violations;
    await this.agent.close();
    await this.local.stop();
    await rm(this.folder, { recursive: true, force: true });
    if (violations.length > 0) throw new Error(`SEQR was sent what it does not take: ${JSON.stringify(violations)}`);
  }

  /** The server knows that the machine would take a grant now. */
  machineReady(): Promise<true> {
    return eventually('the machine is ready', async () => {
      const rows = await this.query<{ ready: boolean }>(
        `SELECT online AND machine_state = 'ready' AND NOT EXISTS (SELECT FROM purchases WHERE machine_id = $1 AND holds_machine)
         AS ready FROM machine_presences WHERE machine_id = $1`,
        [MACHINE_ID],
      );
      return rows[0]?.ready === true ? true : undefined;
    });
  }

  /** POSTs to createPurchase as SEQR would. */
  async createPurchase(body: unknown): Promise<{ status: number; body: Record<string, string> }> {
    const reply = await this.post('/seqr/createPurchase', typeof body === 'string' ? body : JSON.stringify(body));
    return { status: reply.status, body: JSON.parse(reply.text) as Record<string, string> };
  }

  async post(path: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) {
    const reply = await request(`${this.local.baseUrl}${path}`, {
      method: 'POST',
      body,
      headers,
      dispatcher: this.agent,
    });
    return { status: reply.statusCode, text: await reply.body.text(), headers: reply.headers };
  }

  async get(path: string, headers: Record<string, string> = {}) {
    const reply = await request(`${this.local.baseUrl}${path}`, { headers, dispatcher: this.agent });
    return { status: reply.statusCode, text: await reply.body.text(), headers: reply.headers };
  }

  /** The payer scans the machine, and will do `steps` when it is unlocked (none: it never will be). @returns the invoice's reference. */
  async scan(steps: readonly BuyerStep[], amount = '20.00'): Promise<string> {
    if (steps.length > 0) this.local.machine.scriptBuyer(steps);
    const scan = await this.sandbox.payer.scan({
      qrText: this.local.qrText,
      msisdn: '46700000001',
      amount,
      currency: 'EUR',
    });
    if (scan.outcome !== 'invoice') throw new Error(`no invoice: ${JSON.stringify(scan)}`);
    return scan.invoiceReference;
  }

  confirm(invoiceReference: string): void {
    this.sandbox.payer.confirm(invoiceReference, '1234');
  }

  /** The purchase when it has come to its end, receipt included. */
  ended(invoiceReference: string): Promise<PurchaseRecord> {
    return eventually(`the purchase of invoice ${invoiceReference} ends`, async () => {
      const rows = await this.query<PurchaseRecord>(
        `SELECT id, state, reserved_minor, committed_minor, invoice_reference, ers_reference FROM purchases
         WHERE invoice_reference = $1 AND NOT holds_machine
         AND NOT EXISTS (SELECT FROM effects WHERE purchase_id = purchases.id AND done_at IS NULL)`,
        [invoiceReference],
      );
      return rows[0];
    });
  }

  /** What SEQR has in its book. */
  invoice(reference: string): Invoice {
    const invoice = this.sandbox.book.find(reference);
    if (invoice === undefined) throw new Error(`the sandbox has no invoice ${reference}`);
    return invoice;
  }

  /** What really fell out of the machine, in cents. */
  dispensedMinor(): number {
    return this.local.machine.dispensed.reduce((total, { priceMinor }) => total + priceMinor, 0);
  }

  query<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return queryOf<Row>(this.local.databaseUrl, text, values);
  }
}
