import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';

import { LinkKeys } from '#fleet/link/link-keys.js';
import { decodePresence } from '#machine-protocol/codec.js';
import type { Presence } from '#machine-protocol/messages.js';
import { ProtocolError } from '#machine-protocol/protocol-error.js';
import { machineOfTopic, topicOfAll } from '#machine-protocol/topics.js';
import { Database, sql } from '#platform/database.js';
import type { Logger } from '#platform/logging.js';
import { MqttConnection } from '#platform/mqtt.js';
import { LOGGER } from '#platform/tokens.js';
import { Changes } from '#purchasing/changes.js';

import { RefusedMessages } from './refused-messages.js';

/** A machine that lies about its number must not be able to use up the numbers of the whole fleet. */
const GRANT_NUMBER_LEAP_MAX = 1_000_000;

/** Writes down what machines say of themselves, and when. */
@Injectable()
export class PresenceIntake implements OnApplicationBootstrap {
  /** Presences of one machine are written in the order they came. */
  private readonly queues = new Map<string, Promise<void>>();
  /** Below this the sequence of grant numbers need not be looked at again. */
  private highestGrantNumber = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MqttConnection) private readonly mqtt: MqttConnection,
    @Inject(Changes) private readonly changes: Changes,
    @Inject(LinkKeys) private readonly links: LinkKeys,
    @Inject(RefusedMessages) private readonly refused: RefusedMessages,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.mqtt.subscribe(topicOfAll('presence'), 1, (topic, payload, retained) => {
      const machineId = machineOfTopic(topic, 'presence');
      if (machineId === undefined) return;
      const bytes = Buffer.from(payload);
      const turn = (this.queues.get(machineId) ?? Promise.resolve()).then(() => this.take(machineId, bytes, retained));
      this.queues.set(machineId, turn);
      void turn.then(() => {
        if (this.queues.get(machineId) === turn) this.queues.delete(machineId);
      });
    });
  }

  private async take(machineId: string, payload: Uint8Array, retained: boolean): Promise<void> {
    // An empty retained message is how a topic is cleared.
    if (payload.byteLength === 0) return;
    try {
      const { body } = await this.links.open(machineId, 'presence', payload);
      const presence = decodePresence(body, machineId);
      if (await this.write(presence, retained)) this.changes.machine(machineId);
      await this.goOnAbove(presence.highestGrantNumber);
    } catch (error) {
      if (error instanceof ProtocolError) {
        this.refused.refuse(machineId, 'presence', error);
      } else {
        this.logger.error({ machineId, error: String(error) }, 'a presence could not be written down');
      }
    }
  }

  /**
   * A machine has seen larger grant numbers than this database has given out: it served another database, or this one
   * before it was put back. It would refuse our grants as old, so the numbers go on above its own.
   */
  private async goOnAbove(grantNumber: number): Promise<void> {
    if (grantNumber <= this.highestGrantNumber) return;
    await this.database.query(sql`
      SELECT setval('purchases_grant_number_seq', least(${grantNumber}::bigint, last_value + ${GRANT_NUMBER_LEAP_MAX}::bigint))
      FROM purchases_grant_number_seq WHERE last_value < ${grantNumber}::bigint`);
    this.highestGrantNumber = grantNumber;
  }

  /**
   * A retained message is what was true when it was published: it does not make a machine heard of now. The will of an
   * earlier boot says nothing of the present one.
   *
   * @returns true when there is something new to show.
   */
  private async write(presence: Presence, retained: boolean): Promise<boolean> {
    const rows = await this.database.query<{ known: boolean }>(sql`
      INSERT INTO machine_presences AS known (machine_id, online, online_since, machine_state, detail, boot_id, simulated,
        adapter, software, unacknowledged, open_purchase_id, last_seen_at)
      SELECT id, ${presence.online}, now(), ${presence.machineState}, ${presence.detail ?? null}, ${presence.bootId},
        ${presence.simulated}, ${presence.adapter}, ${presence.software}, ${presence.unacknowledged},
        ${presence.openPurchaseId ?? null}::uuid, CASE WHEN ${retained} THEN to_timestamp(0) ELSE now() END
      FROM machines WHERE id = ${presence.machineId}
      ON CONFLICT (machine_id) DO UPDATE SET online = EXCLUDED.online,
        online_since = CASE WHEN known.online = EXCLUDED.online THEN known.online_since ELSE now() END,
        machine_state = EXCLUDED.machine_state, detail = EXCLUDED.detail, boot_id = EXCLUDED.boot_id,
        simulated = EXCLUDED.simulated, adapter = EXCLUDED.adapter, software = EXCLUDED.software,
        unacknowledged = EXCLUDED.unacknowledged, open_purchase_id = EXCLUDED.open_purchase_id,
        last_seen_at = CASE WHEN ${retained} THEN known.last_seen_at ELSE now() END
      WHERE EXCLUDED.online OR known.boot_id = EXCLUDED.boot_id
      RETURNING true AS known`);
    if (rows.length === 0 && presence.online) {
      this.logger.warn({ machineId: presence.machineId }, 'a machine that is not registered is online');
    }
    return rows.length > 0;
  }
}
