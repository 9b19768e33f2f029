import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';

import { LinkKeys } from '#fleet/link/link-keys.js';
import { decodePresence } from '#machine-protocol/codec.js';
import type { Presence } from '#machine-protocol/messages.js';
import { ProtocolError } from '#machine-protocol/protocol-error.js';
import { machineOfTopic, topicOfAll } from '#machine-protocol/topics.js';
import { Batches } from '#platform/batches.js';
import { Database, isAgainstRules, isUndone, sql } from '#platform/database.js';
import type { Logger } from '#platform/logging.js';
import { MqttConnection } from '#platform/mqtt.js';
import { LOGGER } from '#platform/tokens.js';
import { Changes } from '#purchasing/changes.js';

import { RefusedMessages } from './refused-messages.js';

/** A machine that lies about its number must not be able to use up the numbers of the whole fleet. */
const GRANT_NUMBER_LEAP_MAX = 1_000_000;
/** Of PostgreSQL's advisory locks; any number that nothing else has. */
const GRANT_NUMBER_LOCK = 7_301_002;

const AGAIN_AFTER_MS = 500;
/** Words of one machine that may wait for the database: one each of a boot, its end, and the boot after it. */
const WAITING_MAX = 4;

interface Word {
  readonly machineId: string;
  readonly payload: Uint8Array;
  readonly retained: boolean;
  /** Monotonic. */
  readonly heardAt: number;
}

interface Heard {
  readonly presence: Presence;
  /** Monotonic; null for a retained message: what was true when it was published does not make a machine heard of. */
  readonly heardAt: number | null;
}

/** Writes down what machines say of themselves, and when. */
@Injectable()
export class PresenceIntake implements OnApplicationBootstrap, OnModuleDestroy {
  /** Words of one machine are written in the order they came; the first is being written. */
  private readonly queues = new Map<string, Word[]>();
  private readonly writes = new Batches<Heard, boolean>({ together: (heard) => this.writeAll(heard), isUndone });
  private isStopped = false;
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
    await this.mqtt.subscribe(topicOfAll('presence'), (topic, payload, retained) => {
      const machineId = machineOfTopic(topic, 'presence');
      // An empty retained message is how a topic is cleared.
      if (machineId === undefined || payload.byteLength === 0) return;
      const word: Word = { machineId, payload: Buffer.from(payload), retained, heardAt: performance.now() };
      const queue = this.queues.get(machineId) ?? [];
      this.queues.set(machineId, queue);
      // What waits longest is dropped: the newer words say what is true now. The first is being written.
      if (queue.length > WAITING_MAX) queue.splice(1, 1);
      queue.push(word);
      if (queue.length === 1) void this.work(machineId, queue);
    });
  }

  onModuleDestroy(): void {
    this.isStopped = true;
  }

  private async work(machineId: string, queue: Word[]): Promise<void> {
    for (let word = queue[0]; word !== undefined; word = queue[0]) {
      await this.take(word).catch(async (error: unknown) => {
        this.logger.error({ machineId, error: String(error) }, 'a presence could not be written down');
        if (!isAgainstRules(error)) await this.takeLater(word, queue);
      });
      queue.shift();
    }
    this.queues.delete(machineId);
  }

  /** The next word of this machine may be a quarter of a minute away: a database that comes back has this one at once. */
  private async takeLater(word: Word, queue: readonly Word[]): Promise<void> {
    for (let isTaken = false; !isTaken && !this.isStopped && queue.length <= WAITING_MAX;) {
      await pause(AGAIN_AFTER_MS);
      isTaken = await this.take(word).then(() => true, isAgainstRules);
    }
  }

  /** @throws when it could not be written down, and should be once more. */
  private async take({ machineId, payload, retained, heardAt }: Word): Promise<void> {
    try {
      const { body } = await this.links.open(machineId, 'presence', payload);
      const presence = decodePresence(body, machineId);
      // True for a machine that is registered, and a boot that is not over.
      if (await this.writes.do({ presence, heardAt: retained ? null : heardAt })) this.changes.machine(machineId);
      await this.goOnAbove(presence.highestGrantNumber);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.refused.refuse(machineId, 'presence', error);
    }
  }

  /**
   * A machine has seen larger grant numbers than this database has given out: it served another database, or this one
   * before it was put back. It would refuse our grants as old, so the numbers go on above its own.
   */
  private async goOnAbove(grantNumber: number): Promise<void> {
    if (grantNumber <= this.highestGrantNumber) return;
    // One after the other: of two that read the same number the later would put the sequence back to its own.
    const rows = await this.database.query<{ reached: bigint }>(sql`
      WITH lock AS MATERIALIZED (SELECT pg_advisory_xact_lock(${GRANT_NUMBER_LOCK}::bigint)::text AS taken)
      SELECT CASE WHEN last_value >= ${grantNumber}::bigint THEN last_value ELSE setval('purchases_grant_number_seq',
        least(${grantNumber}::bigint, last_value + ${GRANT_NUMBER_LEAP_MAX}::bigint)) END AS reached
      FROM lock, LATERAL (SELECT last_value FROM purchases_grant_number_seq WHERE taken IS NOT NULL) its`);
    // A leap that was cut goes on with the machine's next word.
    this.highestGrantNumber = Math.max(this.highestGrantNumber, Number(rows[0]?.reached ?? 0));
  }

  /** Those of many machines together: each of a large fleet says every quarter of a minute that it is there. */
  private async writeAll(heard: readonly Heard[]): Promise<boolean[]> {
    const rows = await this.database.queryByKey<{ machine_id: string }>(sql`
      INSERT INTO machine_presences AS known (machine_id, online, online_since, machine_state, detail, boot_id, simulated,
        adapter, software, unacknowledged, open_purchase_id, last_seen_at)
      SELECT id, online, now(), "machineState", detail, "bootId", simulated, adapter, software, unacknowledged,
        "openPurchaseId", coalesce(now() - make_interval(secs => ago_ms / 1000), to_timestamp(0))
      FROM jsonb_to_recordset(${JSON.stringify(heard.map(rowOf))}::jsonb) AS word("machineId" text, online boolean,
        "machineState" text, detail text, "bootId" text, simulated boolean, adapter text, software text,
        unacknowledged int, "openPurchaseId" uuid, ago_ms float8),
        LATERAL (SELECT id FROM machines WHERE id = word."machineId" LIMIT 1) its
      ORDER BY id
      -- The will of an earlier boot says nothing of the present one.
      ON CONFLICT (machine_id) DO UPDATE SET online = EXCLUDED.online,
        online_since = CASE WHEN known.online = EXCLUDED.online THEN known.online_since ELSE now() END,
        machine_state = EXCLUDED.machine_state, detail = EXCLUDED.detail, boot_id = EXCLUDED.boot_id,
        simulated = EXCLUDED.simulated, adapter = EXCLUDED.adapter, software = EXCLUDED.software,
        unacknowledged = EXCLUDED.unacknowledged, open_purchase_id = EXCLUDED.open_purchase_id,
        last_seen_at = greatest(known.last_seen_at, EXCLUDED.last_seen_at)
      WHERE EXCLUDED.online OR known.boot_id = EXCLUDED.boot_id
      RETURNING machine_id`);
    const written = new Set(rows.map(({ machine_id: id }) => id));
    for (const { presence } of heard) {
      if (!written.has(presence.machineId) && presence.online)
        this.logger.warn({ machineId: presence.machineId }, 'a machine that is not registered is online');
    }
    return heard.map(({ presence }) => written.has(presence.machineId));
  }
}

function rowOf({ presence, heardAt }: Heard): object {
  return { ...presence, ago_ms: heardAt === null ? null : performance.now() - heardAt };
}
