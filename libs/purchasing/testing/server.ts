import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import type { MachineEventRecord } from '../ports.js';
import { PurchaseRunner } from '../runner.js';
import { ManualClock, settled } from './manual-clock.js';
import { MemoryDatabase, MemoryPurchaseStore } from './memory-store.js';
import { ScriptedPerformer } from './scripted-performer.js';

/** Clock and database that several servers share. */
export class Installation {
  readonly clock = new ManualClock(1_800_000_000_000);
  readonly database = new MemoryDatabase(this.clock);
  private started = 0;

  server(): Server {
    this.started += 1;
    return new Server(this, `server-${this.started}`);
  }

  /** Time passes; only these servers say that they live. */
  async pass(ms: number, ...living: readonly Server[]): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      for (const { id } of living) this.database.beat(id);
      await this.clock.advance(Math.min(left, 1_000));
    }
  }

  get purchase(): Purchase {
    const purchase = this.database.purchases.get(BEGINNING.id);
    if (purchase === undefined) throw new Error('no purchase was begun');
    return purchase;
  }
}

/** A server process: a runner and the world as it reaches it. */
export class Server {
  readonly performer = new ScriptedPerformer();
  readonly faults: unknown[] = [];
  readonly store: MemoryPurchaseStore;
  readonly runner: PurchaseRunner;
  mayAct = true;

  constructor(
    private readonly installation: Installation,
    readonly id: string,
  ) {
    this.store = new MemoryPurchaseStore(installation.database, installation.clock, id);
    this.runner = new PurchaseRunner({
      store: this.store,
      performer: this.performer,
      clock: installation.clock,
      mayAct: () => this.mayAct,
      onFault: (_, error) => this.faults.push(error),
    });
  }

  scan(): Promise<Purchase> {
    const { grantNumber: _, ...beginning } = BEGINNING;
    return this.runner.begin(beginning, { payer: 'pseudonym', requestKey: 'key' });
  }

  /** Events of SEQR and of the machine, as they come in here, and everything that follows from them. */
  async hears(...events: readonly PurchaseEvent[]): Promise<void> {
    for (const event of events) {
      const own = 'grantNumber' in event ? { ...event, grantNumber: this.installation.purchase.grantNumber } : event;
      await this.runner.dispatch(
        BEGINNING.id,
        own,
        'grantNumber' in event ? this.nextOfJournal(event.type) : undefined,
      );
      await settled();
    }
  }

  private nextOfJournal(type: string): MachineEventRecord {
    return {
      machineId: BEGINNING.machineId,
      journalId: 'journal-0001',
      bootId: 'boot-0001',
      seq: this.installation.database.machineEvents.length + 1,
      type,
      body: {},
      machineAt: '2026-11-21T12:00:00.000Z',
      purchaseId: BEGINNING.id,
      rejected: null,
    };
  }
}
