import type { Child } from './child.js';
import type { CrashSystem, Links } from './crash-system.js';
import { eventually, pause } from '../support/eventually.js';
import { LABELS } from './labels.js';
import type { Random } from './random.js';
import { crashPointOf } from './servers.js';
import type { LinkFault } from './tcp-proxy.js';

export const KINDS = ['server', 'points', 'broker', 'database', 'bridge', 'network'] as const;
export type Kind = (typeof KINDS)[number];

export interface Strike {
  /** What was hit, for the table. */
  readonly what: string;
  /** From the restart, or from the end of the fault, until everything that was due is done or being done again. */
  readonly recoveredMs: number;
}

/** PostgreSQL, which is not a {@link Child}: `npm start` starts it in the same way. */
export interface DatabaseServer {
  /** Immediate stop, as in a power cut: no checkpoint, connections cut. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

interface DueAct {
  readonly purchaseId: string;
  readonly seq: number;
}

/** Far beyond the promised five seconds: what takes longer is not slow but stuck. */
const RECOVERED_WITHIN_MS = 60_000;
/** A point that no payer leads to in this time is put off. */
const POINT_WITHIN_MS = 6_000;
const DOWN_MAX_MS = 1_500;
/** The machine's power is back half a second after it was cut; the bridge starts then, as it has the same supply. */
const POWER_BACK_MS = 500;

/** One kill, or one fault of the network, of each kind. Every method returns when the system has recovered. */
export class Strikes {
  private readonly points: string[];
  readonly pointsReached = new Set<string>();

  constructor(
    private readonly system: CrashSystem,
    private readonly database: DatabaseServer,
    private readonly random: Random,
  ) {
    this.points = LABELS.map((label) => ({ label, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ label }) => label);
  }

  strike(kind: Kind): Promise<Strike> {
    switch (kind) {
      case 'server':
        return this.server();
      case 'points':
        return this.point();
      case 'broker':
        return this.broker();
      case 'database':
        return this.postgres();
      case 'bridge':
        return this.bridge();
      case 'network':
        return this.network();
    }
  }

  private async server(): Promise<Strike> {
    const { all } = this.system.servers;
    const hit = this.random.chance(0.5) ? all : [this.random.pick(all)];
    await Promise.all(hit.map((server) => server.kill()));
    const recoveredMs = await this.restart(hit);
    return { what: hit.length === 1 ? hit.map(({ name }) => name).join() : 'all servers', recoveredMs };
  }

  /** Arms one point after the other until a server has died at one. */
  private async point(): Promise<Strike> {
    const { servers } = this.system;
    const dead = () => servers.all.filter((server) => !server.isAlive);
    const armed = new Set<string | undefined>();
    for (;;) {
      const next = this.points.shift() ?? '';
      this.points.push(next);
      armed.add(next);
      await servers.arm([next]);
      const deadline = performance.now() + POINT_WITHIN_MS;
      while (dead().length === 0 && performance.now() < deadline) await pause(20);
      if (dead().length === 0) continue;
      const hit = dead();
      await pause(20);
      await servers.arm([]);
      // It may be the point before: reached while the next one was on its way to the servers.
      const label = hit.map(crashPointOf).find((point) => armed.has(point));
      if (label === undefined) throw new Error(`a server died by itself: ${hit[0]?.log}`);
      this.pointsReached.add(label);
      return { what: label, recoveredMs: await this.restart(dead()) };
    }
  }

  private async restart(hit: readonly Child[]): Promise<number> {
    const interrupted = await this.dueActs();
    await pause(this.random.between(0, DOWN_MAX_MS));
    const startedAt = performance.now();
    await Promise.all(hit.map((server) => server.start()));
    await this.doneAgain(interrupted);
    return performance.now() - startedAt;
  }

  private async broker(): Promise<Strike> {
    const { broker } = this.system;
    await broker.kill();
    const interrupted = await this.dueActs();
    await pause(this.random.between(0, DOWN_MAX_MS));
    const startedAt = performance.now();
    const since = new Date();
    await broker.start();
    await this.serversReady();
    await this.heardOf(
      this.system.places.map(({ machineId }) => machineId),
      since,
    );
    await this.doneAgain(interrupted);
    return { what: 'broker', recoveredMs: performance.now() - startedAt };
  }

  private async postgres(): Promise<Strike> {
    const interrupted = await this.dueActs();
    await this.database.kill();
    await pause(this.random.between(0, DOWN_MAX_MS));
    const startedAt = performance.now();
    await this.database.start();
    await this.serversReady();
    await this.doneAgain(interrupted);
    return { what: 'PostgreSQL', recoveredMs: performance.now() - startedAt };
  }

  private async bridge(): Promise<Strike> {
    const place = this.random.pick(this.system.places);
    await place.powerCut();
    await pause(POWER_BACK_MS);
    const startedAt = performance.now();
    const since = new Date();
    await place.bridge.start();
    await this.heardOf([place.machineId], since);
    return { what: 'bridge and machine', recoveredMs: performance.now() - startedAt };
  }

  private async network(): Promise<Strike> {
    const name = this.random.pick(Object.keys(this.system.links) as (keyof Links)[]);
    const link = this.system.links[name];
    const fault = this.someFault();
    link.set(fault);
    await pause(this.random.between(500, 6_000));
    const interrupted = await this.dueActs();
    const healedAt = performance.now();
    link.set({ kind: 'clear' });
    await this.serversReady();
    await this.online();
    await this.doneAgain(interrupted);
    return { what: `${name} ${fault.kind}`, recoveredMs: performance.now() - healedAt };
  }

  private someFault(): LinkFault {
    return this.random.pick<LinkFault>([
      { kind: 'slow', latencyMs: this.random.between(50, 800), jitterMs: 50 },
      { kind: 'sliced', bytes: this.random.between(1, 64), pauseMs: 1 },
      { kind: 'black-hole' },
      { kind: 'half-open' },
      { kind: 'down' },
    ]);
  }

  private serversReady(): Promise<unknown> {
    return this.until('the servers are ready', async () => ((await this.system.servers.areReady()) ? true : undefined));
  }

  /** The acts that are due and not done: what a kill interrupts. */
  private async dueActs(): Promise<readonly DueAct[]> {
    return this.until('the database answers', () =>
      this.system.books.look<DueAct>(
        `SELECT purchase_id::text AS "purchaseId", seq FROM effects WHERE done_at IS NULL AND due_at <= now()`,
      ),
    );
  }

  /** What was interrupted is done by now, and no due act waits for a dead server: for any but the newest of its role. */
  private async doneAgain(interrupted: readonly DueAct[]): Promise<void> {
    await this.until('what was interrupted is done', async () => {
      const rows = await this.system.books.look<{ open: number }>(
        `SELECT count(*)::int AS open FROM effects JOIN jsonb_to_recordset($1::jsonb) AS i("purchaseId" uuid, seq int)
           ON effects.purchase_id = i."purchaseId" AND effects.seq = i.seq WHERE done_at IS NULL`,
        [JSON.stringify(interrupted)],
      );
      return rows?.[0]?.open === 0 ? true : undefined;
    });
    await this.until('what was due is taken over', async () => {
      const rows = await this.system.books.look<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM effects WHERE done_at IS NULL AND due_at < now() AND NOT EXISTS (
           SELECT FROM server_instances s WHERE s.id = leased_by AND NOT EXISTS (
             SELECT FROM server_instances newer WHERE newer.role = s.role AND newer.started_at > s.started_at))`,
      );
      return rows?.[0]?.waiting === 0 ? true : undefined;
    });
  }

  /** Their machines have spoken to a gateway since then, and can be used. */
  private heardOf(machineIds: readonly string[], since: Date): Promise<unknown> {
    return this.until('the machines are heard of', async () => {
      const rows = await this.system.books.look<{ heard: number }>(
        `SELECT count(*)::int AS heard FROM machine_presences WHERE machine_id = ANY($1) AND online
           AND machine_state IN ('ready', 'in-use') AND last_seen_at > $2`,
        [machineIds, since],
      );
      return rows?.[0]?.heard === machineIds.length ? true : undefined;
    });
  }

  private online(): Promise<unknown> {
    return this.heardOf(
      this.system.places.map(({ machineId }) => machineId),
      new Date(0),
    );
  }

  private until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    return eventually(what, look, RECOVERED_WITHIN_MS);
  }
}
