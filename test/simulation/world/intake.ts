import { purchaseEventOf } from '#machine-gateway/purchase-event.js';
import type { MachineEvent, MachineEventEnvelope } from '#machine-protocol/messages.js';
import { EventTakenError, type MachineEventRecord } from '#purchasing/ports.js';
import type { PurchaseRunner } from '#purchasing/runner.js';

import type { Database } from './database.js';
import type { DatabaseLine } from './database-line.js';
import type { Sabotage } from './sabotage.js';

/** What a machine says that this server's version of the protocol does not know. */
type UnreadableEvent = MachineEventEnvelope & { readonly fault: string };
/** An event as it comes over the broker. */
export type SentEvent = MachineEvent | UnreadableEvent;

/** As in EventIntake. */
const WAITING_MAX = 200;

export interface IntakeWatch {
  lost(event: SentEvent): void;
  unreadable(machineId: string): void;
}

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
    private readonly acknowledge: (event: SentEvent, upTo: number) => void,
    private readonly watch: IntakeWatch,
    private readonly sabotage: Sabotage,
  ) {}

  receive(event: SentEvent): void {
    const queue = this.queues.get(event.machineId) ?? { waiting: 0, tail: Promise.resolve() };
    if (queue.waiting >= WAITING_MAX) return;
    queue.waiting += 1;
    queue.tail = queue.tail.then(async () => {
      await this.take(event);
      queue.waiting -= 1;
    });
    this.queues.set(event.machineId, queue);
  }

  private async take(event: SentEvent): Promise<void> {
    try {
      if (this.sabotage.acknowledgesFirst === true) this.acknowledge(event, event.seq);
      const taken = 'fault' in event ? await this.keepUnreadable(event) : await this.takeIn(event);
      const upTo = taken ? event.seq : await this.lastSeq(event);
      // The real intake would close such a gap with a case; here no database was ever put back.
      if (event.oldest === event.seq && upTo < event.seq - 1) this.watch.lost(event);
      this.acknowledge(event, upTo);
    } catch {
      // Not durable, not acknowledged: the bridge sends it again.
    }
  }

  private lastSeq({ machineId, journalId }: SentEvent): Promise<number> {
    return this.line.ask('lastSeq', () => this.database.lastSeq(machineId, journalId));
  }

  /** Held up, it would hold up everything the machine says after it: it is kept, and a person is told of the machine. */
  private keepUnreadable(event: UnreadableEvent): Promise<boolean> {
    if (this.sabotage.holdsUpUnreadable === true) return Promise.reject(new Error(event.fault));
    const record = { ...recordOf(event, 'unreadable', {}, null), rejected: event.fault };
    return this.line.ask('keepUnreadable', () => {
      const isNext = this.database.takeMachineEvent(record);
      if (isNext) this.watch.unreadable(event.machineId);
      return isNext;
    });
  }

  private async takeIn(event: MachineEvent): Promise<boolean> {
    const { body } = event;
    const purchaseId = 'purchaseId' in body ? body.purchaseId : null;
    const record = recordOf(event, body.type, body, purchaseId);
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

function recordOf(event: SentEvent, type: string, body: object, purchaseId: string | null): MachineEventRecord {
  const { machineId, journalId, bootId, seq, at: machineAt } = event;
  return { machineId, journalId, bootId, seq, type, body, machineAt, purchaseId, rejected: null };
}
