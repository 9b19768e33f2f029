import type { Beginning } from '#purchase/reserve-first/lifecycle.js';
import { MachineHeldError } from '#purchasing/ports.js';
import type { PurchaseRunner } from '#purchasing/runner.js';

import type { Database } from './database.js';
import type { DatabaseLine } from './database-line.js';
import type { SimProcess } from './process.js';
import type { Sabotage } from './sabotage.js';

/** As in CreatePurchaseService. */
const REPEAT_WAITS_MS = 1_000;
const REPEAT_LOOKS_EVERY_MS = 50;

export interface Scan {
  readonly beginning: Omit<Beginning, 'grantNumber'>;
  readonly payer: string;
  readonly requestKey: string;
}

export type Answer = { readonly reference: string; readonly purchaseId: string } | { readonly error: string };

/** createPurchase as CreatePurchaseService answers it, with its queries put on the simulated database. */
export class Shop {
  constructor(
    private readonly database: Database,
    private readonly line: DatabaseLine,
    private readonly runner: PurchaseRunner,
    private readonly process: SimProcess,
    private readonly sabotage: Sabotage,
  ) {}

  /** @param answered not called when the server dies on the way. */
  createPurchase(scan: Scan, answered: (answer: Answer) => void): void {
    this.process.enter(() => {
      void this.create(scan).then(answered, () => answered({ error: 'SYSTEM_ERROR' }));
    });
  }

  private async create({ beginning, payer, requestKey }: Scan): Promise<Answer> {
    const { machineId } = beginning;
    const { presence, live } = await this.atScan(machineId);
    if (presence?.online !== true || !(presence.isReady || presence.inUse)) return { error: 'DEVICE_UNAVAILABLE' };
    if (live !== null && this.sabotage.sellsTwice !== true) return this.whileHeld(machineId, requestKey);
    if (presence.inUse) return { error: 'DEVICE_IN_USE' };
    try {
      const purchase = await this.runner.begin(beginning, { payer, requestKey });
      if (this.sabotage.answersAnyway === true) return { reference: `made-up-${purchase.id}`, purchaseId: purchase.id };
      return purchase.invoiceReference === null
        ? { error: 'INVOICING_ERROR' }
        : { reference: purchase.invoiceReference, purchaseId: purchase.id };
    } catch (error) {
      if (!(error instanceof MachineHeldError)) throw error;
      return this.whileHeld(machineId, requestKey);
    }
  }

  private async whileHeld(machineId: string, requestKey: string): Promise<Answer> {
    for (let waitedMs = 0; ; waitedMs += REPEAT_LOOKS_EVERY_MS) {
      const { live } = await this.atScan(machineId);
      if (live === null || live.requestKey !== requestKey) return { error: 'DEVICE_IN_USE' };
      const { state, notifiedAt, invoiceReference, id } = live.purchase;
      if (state === 'INVOICED' && notifiedAt === null && invoiceReference !== null) {
        return { reference: invoiceReference, purchaseId: id };
      }
      if (state !== 'NEW' || waitedMs >= REPEAT_WAITS_MS) return { error: 'DEVICE_IN_USE' };
      await new Promise<void>((resolve) => this.process.after(REPEAT_LOOKS_EVERY_MS, resolve));
    }
  }

  private atScan(machineId: string) {
    return this.line.ask('atScan', () => {
      const row = this.database.liveOf(machineId);
      const live = row === null ? null : { purchase: row.purchase, requestKey: row.request.requestKey };
      return { presence: this.database.presences.get(machineId), live };
    });
  }
}
