import { disagreements } from './audit.js';
import type { PurchaseRow } from './books.js';
import type { CrashSystem } from './crash-system.js';
import { eventually } from '../support/eventually.js';
import type { MachinePlace } from './machine-place.js';

/** Longest way to an end without a payer: 15 s for the machine's answer, 5 min of grant, half a minute on the line. */
const ENDED_WITHIN_MS = 420_000;

/** Holds the books of SEQR, database and machine against each other, purchase by purchase, as they end. */
export class Auditor {
  private readonly found: string[] = [];
  readonly endings = new Map<string, number>();
  /** Vends that a power cut left in doubt, each with its review case. */
  uncertain = 0;
  private readonly audited = new Set<string>();
  private readonly told = new Set<string>();

  /** @param onDisagreement told of each as it is found: a campaign takes long */
  constructor(
    private readonly system: CrashSystem,
    private readonly onDisagreement: (text: string) => void = () => undefined,
  ) {}

  get disagreements(): readonly string[] {
    return this.found;
  }

  disagree(text: string): void {
    this.found.push(text);
    this.onDisagreement(text);
  }

  get purchases(): number {
    return this.audited.size;
  }

  /** Waits until every purchase of the machine is over and audits those that were not yet. */
  async settle(place: MachinePlace, withinMs = ENDED_WITHIN_MS): Promise<void> {
    const purchases = await eventually(
      `all purchases at ${place.machineId} end`,
      async () => {
        const rows = await this.system.books.purchasesOf(place.machineId);
        return rows?.every(isDone) ? rows : undefined;
      },
      withinMs,
      100,
    ).catch(async (error: unknown) => {
      const open = (await this.system.books.purchasesOf(place.machineId))?.filter((row) => !isDone(row)) ?? [];
      const stuck = open.map(({ id, state }) => `${id} is ${state}`).join(', ');
      this.disagree(`${error instanceof Error ? error.message : String(error)}: ${stuck}`);
      return [];
    });
    for (const purchase of purchases) this.audit(purchase, place);
  }

  private audit(purchase: PurchaseRow, place: MachinePlace): void {
    if (this.audited.has(purchase.id)) return;
    this.audited.add(purchase.id);
    this.endings.set(purchase.state, (this.endings.get(purchase.state) ?? 0) + 1);
    this.uncertain += purchase.vends.filter(({ result }) => result === 'uncertain').length;
    this.compare(purchase, place);
  }

  private compare(purchase: PurchaseRow, place: MachinePlace): void {
    const { id, machine_id: machineId, invoice_reference: reference } = purchase;
    const invoice = reference === null ? undefined : this.system.sandbox.book.find(reference);
    for (const fault of disagreements({ purchase, invoice, ...place.truthOf(reference) })) {
      const key = `purchase ${id} at ${machineId}: ${fault}`;
      if (this.told.has(key)) continue;
      this.told.add(key);
      this.disagree(`${key}\n      ${purchase.events}`);
    }
  }

  /**
   * Every purchase once more, as something may have fallen or been charged after its end; and what no single purchase
   * shows: invoices nobody knows, and what SEQR was sent that it does not take.
   */
  async final(): Promise<void> {
    const known = new Set<string>();
    for (const place of this.system.places) {
      for (const purchase of (await this.system.books.purchasesOf(place.machineId)) ?? []) {
        this.compare(purchase, place);
        if (purchase.invoice_reference !== null) known.add(purchase.invoice_reference);
      }
    }
    const { book, journal } = this.system.sandbox;
    for (const { reference, state } of book.list()) {
      if (known.has(reference)) continue;
      if (state === 'PAID' || state === 'RESERVED') {
        this.disagree(`invoice ${reference} is ${state} and belongs to no purchase`);
      }
    }
    for (const { operation, complaint } of journal.violations) {
      this.disagree(`SEQR was sent what it does not take: ${operation}: ${complaint}`);
    }
  }
}

function isDone({ holds_machine: holdsMachine, open_effects: openEffects }: PurchaseRow): boolean {
  return !holdsMachine && openEffects === 0;
}
