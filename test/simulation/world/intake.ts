import { purchaseEventOf } from '#machine-gateway/purchase-event.js';
import type { MachineEvent } from '#machine-protocol/messages.js';
import { EventTakenError, type MachineEventRecord } from '#purchasing/ports.js';
import type { PurchaseRunner } from '#purchasing/runner.js';

import type { Database } from './database.js';
import type { DatabaseLine } from './database-line.js';

/** As in EventIntake. */
const WAITING_MAX = 200;

/**
 * The gateway's event intake with its queries put on the simulated database: in order, without a gap, each once, and
 * acknowledged only when durable (I14, I27).
 */
export class SimIntake {
  private readonly queues = new Map<string, { waiting: number; tail: Promise<void> }>();

  constructor(
    private readonly database: Database,
    private readonly line: DatabaseLine,
    private readonly runner: PurchaseRunner,
    private readonly acknowledge: (event: MachineEvent, upTo: number) => void,
    private readonly lost: (event: MachineEvent) => void,
    private readonly acknowledgesFirst: boolean,
  ) {}

  receive(event: MachineEvent): void {
    const queue = this.queues.get(event.machineId) ?? { waiting: 0, tail: Promise.resolve() };
    if (queue.waiting >= WAITING_MAX) return;
    queue.waiting += 1;
    queue.tail = queue.tail.then(async () => {
      await this.take(event);
      queue.waiting -= 1;
    });
    this.queues.set(event.machineId, queue);
  }

  private async take(event: MachineEvent): Promise<void> {
    try {
      if (this.acknowledgesFirst) this.acknowledge(event, event.seq);
      const taken = await this.takeIn(event);
      const upTo = taken ? event.seq : await this.lastSeq(event);
      // The real intake would close such a gap with a case; here no database was ever put back.
      if (event.oldest === event.seq && upTo < event.seq - 1) this.lost(event);
      this.acknowledge(event, upTo);
    } catch {
      // Not durable, not acknowledged: the bridge sends it again.
    }
  }

  private lastSeq({ machineId, journalId }: MachineEvent): Promise<number> {
    return this.line.ask('lastSeq', () => this.database.lastSeq(machineId, journalId));
  }

  private async takeIn(event: MachineEvent): Promise<boolean> {
    const { body } = event;
    const purchaseId = 'purchaseId' in body ? body.purchaseId : null;
    const record: MachineEventRecord = {
      machineId: event.machineId,
      journalId: event.journalId,
      bootId: event.bootId,
      seq: event.seq,
      type: body.type,
      body,
      machineAt: event.at,
      purchaseId,
      rejected: null,
    };
    const purchaseEvent = purchaseEventOf(body);
    if (purchaseId === null || purchaseEvent === null || !this.database.rows.has(purchaseId)) {
      return this.line.ask('takeMachineEvent', () => this.database.takeMachineEvent(record));
    }
    try {
      await this.runner.dispatch(purchaseId, purchaseEvent, record);
      return true;
    } catch (error) {
      if (error instanceof EventTakenError) return false;
      throw error;
    }
  }
}
