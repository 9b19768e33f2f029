import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LinkKeys } from '#fleet/link/link-keys.js';
import { decodeEvent, decodeEventEnvelope, encode } from '#machine-protocol/codec.js';
import { type MachineEvent, type MachineEventEnvelope, PROTOCOL_VERSION } from '#machine-protocol/messages.js';
import { ProtocolError } from '#machine-protocol/protocol-error.js';
import { type LinkKey, sign } from '#machine-protocol/signature.js';
import { machineOfTopic, topicOf, topicOfAll } from '#machine-protocol/topics.js';
import { Batches } from '#platform/batches.js';
import { Configuration } from '#platform/configuration.js';
import { Database, isUndone, sql } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { Keys } from '#platform/keys.js';
import type { Logger } from '#platform/logging.js';
import { Metrics } from '#platform/metrics.js';
import { MqttConnection } from '#platform/mqtt.js';
import { IDS, LOGGER } from '#platform/tokens.js';
import { EventTakenError, type MachineEventRecord } from '#purchasing/ports.js';
import {
  lastSeqOf,
  type MachineCase,
  openMachineCase,
  skipLostEvents,
  takeMachineEvent,
  takeMachineEvents,
} from '#purchasing/machine-stream.js';
import { PurchaseRunner } from '#purchasing/runner.js';

import { caseOf, unreadableCase } from './machine-cases.js';
import { purchaseEventOf } from './purchase-event.js';
import { RefusedMessages } from './refused-messages.js';
import { sharedFilter } from './shared-filter.js';

/** Events of one machine that may wait for the database; the journal of the bridge keeps the rest. */
const WAITING_MAX = 200;
/** More machines than a server has; what is forgotten is read again. */
const MACHINES_KEPT_MAX = 50_000;

/**
 * Takes the events of machines in: in order, without a gap, each once, and acknowledged only when durable (I14, I27).
 * An event that is not the next one is answered with how far we are, and the bridge sends from there.
 */
@Injectable()
export class EventIntake implements OnApplicationBootstrap {
  private readonly queues = new Map<string, { waiting: number; tail: Promise<void> }>();
  /**
   * Those that concern no purchase and open no case are taken in together: a fleet that comes back has news of each machine
   * at once, and one by one they would take all connections to the database, and from the heartbeat its own.
   */
  private readonly news = new Batches<MachineEventRecord, boolean>({
    together: (events) => takeMachineEvents(this.database, events),
    isUndone,
  });
  /** The purchase that each machine last spoke of, and that is its own: that never changes. */
  private readonly lastPurchases = new Map<string, string>();

  constructor(
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(Database) private readonly database: Database,
    @Inject(MqttConnection) private readonly mqtt: MqttConnection,
    @Inject(PurchaseRunner) private readonly runner: PurchaseRunner,
    @Inject(LinkKeys) private readonly links: LinkKeys,
    @Inject(Keys) private readonly keys: Keys,
    @Inject(RefusedMessages) private readonly refused: RefusedMessages,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(IDS) private readonly ids: Ids,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { MQTT_SHARED_GROUP: group } = this.configuration;
    const all = topicOfAll('event');
    // Shared, the events of one machine reach several gateways, and not in order; whoever has not the next one says so,
    // and the bridge sends again. Presences are for every gateway: what is retained is not given to a group.
    await this.mqtt.subscribe(group === undefined ? all : sharedFilter(this.keys, group, all), (topic, payload) =>
      this.receive(topic, payload),
    );
  }

  private receive(topic: string, payload: Uint8Array): void {
    const machineId = machineOfTopic(topic, 'event');
    if (machineId === undefined) return;
    const queue = this.queues.get(machineId) ?? { waiting: 0, tail: Promise.resolve() };
    // Not acknowledged, so it comes again.
    if (queue.waiting >= WAITING_MAX) return;
    const bytes = Buffer.from(payload);
    queue.waiting += 1;
    queue.tail = queue.tail.then(async () => {
      await this.take(machineId, bytes);
      queue.waiting -= 1;
      if (queue.waiting === 0) this.queues.delete(machineId);
    });
    this.queues.set(machineId, queue);
  }

  private async take(machineId: string, payload: Uint8Array): Promise<void> {
    try {
      const { body, key } = await this.links.open(machineId, 'event', payload);
      const event = readEvent(body, machineId);
      const take = () => ('fault' in event ? this.keepUnreadable(event) : this.takeIn(event));
      const taken = (await take()) || ((await this.passedGap(event)) && (await take()));
      if (taken) this.metrics.machineEvents.inc({ type: 'fault' in event ? UNREADABLE : event.body.type });
      await this.acknowledge(event, key, taken ? event.seq : ((await this.lastSeq(event)) ?? 0));
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.refused.refuse(machineId, 'event', error);
      } else {
        // Not durable, not acknowledged: the bridge sends it again.
        this.logger.error({ machineId, error: String(error) }, 'an event of a machine could not be taken in');
      }
    }
  }

  /** @returns false when it is not the next event of its journal. */
  private async takeIn(event: MachineEvent): Promise<boolean> {
    const { body } = event;
    const purchaseId = 'purchaseId' in body ? body.purchaseId : null;
    const record = recordOf(event, body.type, body, purchaseId);
    const purchaseEvent = purchaseEventOf(body);
    if (purchaseId === null || purchaseEvent === null) return this.keep(record, caseOf(body));
    if (!(await this.isOfMachine(purchaseId, event.machineId))) {
      this.logger.error(
        { machineId: event.machineId, purchaseId },
        'a machine reported for a purchase that is not its own',
      );
      return this.keep({ ...record, purchaseId: null, rejected: 'no such purchase of this machine' });
    }
    try {
      await this.runner.dispatch(purchaseId, purchaseEvent, record);
      return true;
    } catch (error) {
      if (error instanceof EventTakenError) return false;
      throw error;
    }
  }

  /** Held up, it would hold up everything the machine says after it: it is kept, and a person is told. */
  private async keepUnreadable(event: UnreadableEvent): Promise<boolean> {
    const body = typeof event.body === 'object' && event.body !== null ? event.body : {};
    const record = { ...recordOf(event, UNREADABLE, body, null), rejected: event.fault };
    if (!(await this.keep(record, unreadableCase(event.fault)))) return false;
    this.logger.error({ machineId: event.machineId, seq: event.seq, fault: event.fault }, 'an event could not be read');
    return true;
  }

  /** With the case that it opens, or neither. */
  private keep(record: MachineEventRecord, opens?: MachineCase): Promise<boolean> {
    if (opens === undefined) return this.news.do(record);
    return this.database.transaction(async (transaction) => {
      if (!(await takeMachineEvent(transaction, record))) return false;
      await openMachineCase(transaction, record.machineId, opens, this.ids.uuid());
      return true;
    });
  }

  private async isOfMachine(purchaseId: string, machineId: string): Promise<boolean> {
    if (this.lastPurchases.get(machineId) === purchaseId) return true;
    const rows = await this.database.query<{ machine_id: string }>(
      sql`SELECT machine_id FROM purchases WHERE id = ${purchaseId}::uuid`,
    );
    if (rows[0]?.machine_id !== machineId) return false;
    if (this.lastPurchases.size >= MACHINES_KEPT_MAX) this.lastPurchases.clear();
    this.lastPurchases.set(machineId, purchaseId);
    return true;
  }

  /** Whether this event stands behind a gap that can never be filled; then the gap is closed, with a case. */
  private async passedGap(event: MachineEventEnvelope): Promise<boolean> {
    if (event.oldest !== event.seq) return false;
    const lastSeq = await this.lastSeq(event);
    if (lastSeq !== null && lastSeq >= event.seq - 1) return false;
    const { machineId } = event;
    this.logger.error(
      { machineId, from: (lastSeq ?? 0) + 1, to: event.seq - 1 },
      'events of a machine are lost for good',
    );
    await skipLostEvents(this.database, event, this.ids.uuid());
    return true;
  }

  private lastSeq(event: MachineEventEnvelope): Promise<number | null> {
    return lastSeqOf(this.database, event.machineId, event.journalId);
  }

  /** With the key of the event: whatever other keys the bridge has by now, it has this one. */
  private async acknowledge(event: MachineEventEnvelope, key: LinkKey, upTo: number): Promise<void> {
    const topic = topicOf(event.machineId, 'ack');
    const ack = encode({
      v: PROTOCOL_VERSION,
      machineId: event.machineId,
      journalId: event.journalId,
      upTo,
      at: new Date().toISOString(),
    });
    await this.mqtt.publish(topic, sign(topic, ack, key));
  }
}

const UNREADABLE = 'unreadable';

type UnreadableEvent = MachineEventEnvelope & { readonly fault: string };

/** @throws ProtocolError for what has not even the outside of an event. */
function readEvent(body: string, machineId: string): MachineEvent | UnreadableEvent {
  try {
    return decodeEvent(body, machineId);
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'NOT_OF_THE_PROTOCOL') throw error;
    return { ...decodeEventEnvelope(body, machineId), fault: error.message };
  }
}

function recordOf(
  event: MachineEventEnvelope,
  type: string,
  body: object,
  purchaseId: string | null,
): MachineEventRecord {
  const { machineId, journalId, bootId, seq, at } = event;
  // A label only. PostgreSQL's calendar has no year 0; year 4 has its days.
  const machineAt = at.replace(/^0000/, '0004');
  return { machineId, journalId, bootId, seq, type, body, machineAt, purchaseId, rejected: null };
}
