import type { Timings } from '#bridge/timings.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';
import type { BuyerStep } from '#simulated-machine/buyer.js';
import { type Dialect, type Faults, NO_FAULTS } from '#simulated-machine/faults.js';
import type { Delivery } from '#simulated-machine/machine-view.js';
import type { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import { disagreements } from '../../crashes/audit.js';
import { Books, type PurchaseRow } from '../../crashes/books.js';
import { newDatabase, queryOf } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { MACHINE_ID, TestSystem } from '../../support/test-system.js';

/** As the bridge's own tests: fast enough for many purchases, slow enough for a busy computer. */
const TIMINGS: Partial<Timings> = {
  heartbeatMs: 200,
  silentMs: 1_200,
  answerMs: 500,
  startRetryMs: 50,
  reopenMinMs: 30,
  reopenMaxMs: 100,
  resultMs: 2_000,
  resultGraceMs: 300,
  stopRetryMs: 300,
  resendMs: 300,
};

/** The shortest that the product allows: here nobody thinks long, and a payer who walks away is waited for. */
const SELECTION_WINDOW_S = '5';

/** What came of one payer's visit, for a test to look at. */
export interface Visit {
  readonly state: string;
  readonly committedMinor: number;
  /** What fell for it, by selection. */
  readonly fell: readonly number[];
  /** Each choice and its result: "11 dispensed". */
  readonly vends: readonly string[];
  /** Reasons of its review cases. */
  readonly cases: readonly string[];
}

/** A visit between scan and end. */
export interface OpenVisit {
  /** Waits until so many items have fallen for it. */
  fell(count: number): Promise<void>;
  /** Waits until the machine moves its next item, after so many have fallen. */
  moving(count: number): Promise<void>;
  /** Waits until the server has the results of its choices: "11 dispensed". */
  knows(...vends: string[]): Promise<true>;
  ended(): Promise<Visit>;
}

/** The whole system with one machine that speaks one dialect; every visit is audited when it ends. */
export class Site {
  private constructor(
    readonly system: TestSystem,
    private readonly books: Books,
  ) {}

  static async open(dialect: Dialect): Promise<Site> {
    process.env['SELECTION_WINDOW_S'] = SELECTION_WINDOW_S;
    const databaseUrl = await newDatabase();
    // One machine serves the whole suite, and must not sell out in the middle.
    await queryOf(databaseUrl, 'UPDATE slot_stocks SET quantity = 1000 WHERE machine_id = $1', [MACHINE_ID]);
    const system = await TestSystem.start({ databaseUrl, dialect, bridgeTimings: TIMINGS });
    return new Site(system, new Books(system.local.databaseUrl));
  }

  async close(): Promise<void> {
    delete process.env['SELECTION_WINDOW_S'];
    await this.books.close();
    await this.system.stop();
  }

  get machine(): SimulatedMachine {
    return this.system.local.machine;
  }

  fault(change: Partial<Faults>): void {
    this.machine.setFault(change);
  }

  /** Every fault off, and the machine free and ready for the next payer. */
  async mended(): Promise<void> {
    this.fault(NO_FAULTS);
    // A payer whose session never opened went away.
    this.machine.forgetScripts();
    await this.system.machineReady();
    // A word of its own: when the server has it, nothing of what the machine said before is still under way.
    this.fault({ outOfService: true });
    await this.machineState('disabled');
    this.fault({ outOfService: false });
    await this.system.machineReady();
  }

  /** A payer scans, confirms and does `steps`. @returns what came of it, after the audit */
  async buy(steps: readonly BuyerStep[], amount?: string): Promise<Visit> {
    return (await this.begin(steps, amount)).ended();
  }

  /**
   * The same, for a test that does something meanwhile.
   *
   * @param faults that come between the scan and the confirmation
   */
  async begin(steps: readonly BuyerStep[], amount?: string, faults: Partial<Faults> = {}): Promise<OpenVisit> {
    await this.system.machineReady();
    const before = this.machine.dispensed.length;
    const reference = await this.system.scan(steps, amount);
    this.fault(faults);
    this.system.confirm(reference);
    const { machine } = this;
    return {
      fell: (count) => machine.until(({ dispensed }) => dispensed.length >= before + count),
      moving: (count) =>
        machine.until(({ display, dispensed }) => display === 'PLEASE WAIT' && dispensed.length === before + count),
      knows: (...vends) =>
        eventually(`the server knows of ${vends.join(', ')}`, async () =>
          vendsOf(await this.purchase(reference)).join() === vends.join() ? true : undefined,
        ),
      ended: () => this.audited(reference, before),
    };
  }

  /** A payer scans and gets no invoice. @returns the error that SEQR's app is told */
  async turnedAway(): Promise<string> {
    const { qrText } = this.system.local;
    const scan = await this.system.sandbox.payer.scan({
      qrText,
      msisdn: '46700000001',
      amount: '20.00',
      currency: 'EUR',
    });
    if (scan.outcome !== 'refused') throw new Error(`the scan was not refused: ${JSON.stringify(scan)}`);
    return scan.errorCode;
  }

  private async purchase(reference: string): Promise<PurchaseRow> {
    const purchases = (await this.books.purchasesOf(MACHINE_ID)) ?? [];
    const purchase = purchases.find(({ invoice_reference: invoice }) => invoice === reference);
    if (purchase === undefined) throw new Error(`no purchase has invoice ${reference}`);
    return purchase;
  }

  private async audited(reference: string, before: number): Promise<Visit> {
    await this.system.ended(reference);
    const purchase = await this.purchase(reference);
    const fallen = this.machine.dispensed.slice(before).filter(({ cash }) => cash !== true);
    this.audit(purchase, this.system.invoice(reference), fallen);
    return {
      state: purchase.state,
      committedMinor: Number(purchase.committed_minor ?? 0),
      fell: fallen.map(({ selection }) => selection),
      vends: vendsOf(purchase),
      cases: purchase.cases,
    };
  }

  /** Tray, SEQR's book and database, item by item. Whether a vend may be uncertain, each test says in what it expects. */
  private audit(purchase: PurchaseRow, invoice: Invoice, fallen: readonly Delivery[]): void {
    const faults = disagreements({ purchase, invoice, fallen, wasCut: true });
    const [wrong] = this.machine.wrongApprovals;
    if (wrong !== undefined)
      faults.push(`the machine asked ${wrong.askedMinor} and was approved ${wrong.approvedMinor}`);
    if (faults.length > 0) throw new Error(`the books disagree: ${faults.join('; ')}\n${purchase.events}`);
  }

  /** Waits until the server has it from the bridge that the machine is in one of these states. */
  machineState(...states: string[]): Promise<true> {
    return eventually(`the server knows that the machine is ${states.join(' or ')}`, async () => {
      const rows = await this.system.query(
        'SELECT 1 FROM machine_presences WHERE machine_id = $1 AND machine_state = ANY($2)',
        [MACHINE_ID, states],
      );
      return rows.length > 0 ? true : undefined;
    });
  }
}

function vendsOf({ vends }: PurchaseRow): string[] {
  return vends.map(({ selection, result }) => `${selection} ${result}`);
}
