import { MachineOfflineError, UnsureIfSentError } from '#fleet/machine-commands.js';
import { type EventAck, PROTOCOL_VERSION } from '#machine-protocol/messages.js';
import type { MachineCommand } from '#machine-protocol/messages.js';
import { NotConnectedError } from '#platform/mqtt.js';
import { InvoiceWriter } from '#purchasing/invoice-writer.js';
import { ActPerformer } from '#purchasing/performer.js';
import type { Performer } from '#purchasing/ports.js';
import { PurchaseRunner } from '#purchasing/runner.js';

import type { Broker, ServerEnd } from './broker.js';
import { DatabaseLine, type Outage } from './database-line.js';
import type { Database, PresenceRow } from './database.js';
import { type IntakeWatch, type SentEvent, SimIntake } from './intake.js';
import { SimProcess } from './process.js';
import type { Random } from './random.js';
import type { Sabotage } from './sabotage.js';
import type { Seqr } from './seqr.js';
import { type Departure, SeqrLine } from './seqr-line.js';
import { Shop } from './shop.js';
import { SimStore } from './store.js';
import type { Time } from './time.js';
import type { Trace } from './trace.js';
import type { Weather } from './weather.js';

/** As in ServerInstance and DueWork. */
const HEARTBEAT_EVERY_MS = 1_000;
const FENCED_AFTER_MS = 2_000;
/** Half a round trip to the database: what the clocks of two servers differ by, re-drawn at each heartbeat. */
export const CLOCK_ERROR_MS = 25;

export interface ServerWatch extends IntakeWatch {
  performs(server: string, purchaseId: string, version: number, kind: string): void;
  leaves(server: string, departure: Departure): void;
  commands(command: MachineCommand): void;
}

export interface ServerWorld {
  readonly time: Time;
  readonly weather: Weather;
  readonly trace: Trace;
  readonly database: Database;
  readonly databaseOutage: Outage;
  readonly seqr: Seqr;
  readonly seqrOutage: Outage;
  readonly broker: Broker;
  readonly watch: ServerWatch;
  readonly sabotage: Sabotage;
  readonly catalogue: ConstructorParameters<typeof InvoiceWriter>[0];
}

/** One server process from its start to its death: the real runner and performer, and around them what the modules do. */
export class SimServer implements ServerEnd {
  readonly process: SimProcess;
  readonly shop: Shop;
  readonly runner: PurchaseRunner;
  private readonly line: DatabaseLine;
  private readonly intake: SimIntake;
  private clockError = 0;
  private lastBeatAt = -FENCED_AFTER_MS;
  private breaks = 0;
  private sweeping = false;

  constructor(
    readonly id: string,
    private readonly world: ServerWorld,
    private readonly random: Random,
    private readonly onDeath: () => void,
  ) {
    const { time, weather, sabotage, database } = world;
    this.process = new SimProcess(time);
    const maybeDie = (): void => {
      if (this.process.alive && weather.strikes('server-crash')) this.die();
    };
    this.line = new DatabaseLine(time, weather, random.split('database'), this.process, world.databaseOutage, maybeDie);
    const clock = { now: () => time.now + this.clockError };
    const store = new SimStore(database, this.line, id, clock);
    this.runner = new PurchaseRunner({
      store: sabotage.store?.(store) ?? store,
      performer: this.performer(maybeDie, clock),
      clock: { ...clock, after: (ms, work) => this.process.after(ms, work) },
      mayAct: () => sabotage.actsWhenFenced === true || time.now - this.lastBeatAt < FENCED_AFTER_MS,
      breaks: () => (sabotage.actsWhenFenced === true ? 0 : this.breaks),
      ...(sabotage.step === undefined ? {} : { step: sabotage.step }),
      onFault: (purchaseId, error) =>
        world.trace.tell(purchaseId, 'a server gives up for now', () => `${id}: ${String(error)}`),
    });
    this.shop = new Shop(database, this.line, this.runner, this.process, sabotage);
    this.intake = new SimIntake(
      database,
      this.line,
      this.runner,
      (event, upTo) => world.broker.publishAck(ackOf(event, upTo)),
      world.watch,
      sabotage,
    );
  }

  private performer(maybeDie: () => void, clock: { now(): number }): Performer {
    const { world, random, process } = this;
    const line = new SeqrLine(
      world.seqr,
      world.time,
      world.weather,
      random.split('seqr'),
      process,
      world.seqrOutage,
      maybeDie,
      (departure) => world.watch.leaves(this.id, departure),
    );
    const names = { nameOf: () => this.line.ask('nameOf', () => ({ name: 'Hall', location: 'East' })) };
    const urls = { urlOf: (purchaseId: string) => `https://vendrail.example/seqr/notifications/${purchaseId}` };
    const real = new ActPerformer(
      world.sabotage.seqr?.(line) ?? line,
      {
        grant: async (terms) => {
          const presence = await this.line.ask('presence', () => world.database.presences.get(terms.machineId));
          if (presence?.online !== true) throw new MachineOfflineError('the machine is offline');
          const { bootId } = presence;
          try {
            await this.command({ v: PROTOCOL_VERSION, type: 'grant', ...terms, bootId, at: '' }, maybeDie);
          } catch (error) {
            // As MachineCommands.grant: what failed on its way may have arrived.
            throw error instanceof NotConnectedError ? error : new UnsureIfSentError(bootId);
          }
          return bootId;
        },
        close: (terms) => this.command({ v: PROTOCOL_VERSION, type: 'close', ...terms, at: '' }, maybeDie),
      },
      new InvoiceWriter(world.catalogue, names, urls),
      clock,
    );
    const performer = world.sabotage.performer?.(real) ?? real;
    return {
      perform: (purchase, act) => {
        world.watch.performs(this.id, purchase.id, purchase.version, act.kind);
        return performer.perform(purchase, act);
      },
    };
  }

  private command(command: MachineCommand, maybeDie: () => void): Promise<void> {
    const { world } = this;
    maybeDie();
    // A dead process never hears anything.
    if (!this.process.alive) return new Promise(() => undefined);
    world.watch.commands(command);
    return world.broker.publishCommand(this.process, command);
  }

  start(): void {
    this.world.trace.tell(this.id, 'starts');
    this.world.broker.servers.add(this);
    this.beat();
  }

  /** The heartbeat and, with it, the look for work that others left: two timers of one second in the product. */
  private beat(): void {
    const { time, database } = this.world;
    const askedAt = time.now;
    // A free line needs no way there and back: nearly all heartbeats are that, and there are thousands. After a standstill
    // it does: what was under way then comes before the answer.
    const isRegular = askedAt - this.lastBeatAt <= HEARTBEAT_EVERY_MS;
    const write = (): void => database.beat(this.id);
    if (this.line.isFree && isRegular) {
      write();
      this.heard(askedAt);
    } else {
      this.line.tell(write, () => this.heard(askedAt));
    }
    if (this.world.sabotage.neverSweeps !== true && !this.sweeping && database.hasWorkToClaim(this.id)) this.sweep();
    this.process.quietly(HEARTBEAT_EVERY_MS, () => this.beat());
  }

  private heard(askedAt: number): void {
    if (askedAt - this.lastBeatAt >= FENCED_AFTER_MS) this.breaks += 1;
    this.lastBeatAt = Math.max(this.lastBeatAt, askedAt);
    this.clockError = this.random.between(-CLOCK_ERROR_MS, CLOCK_ERROR_MS);
  }

  private sweep(): void {
    this.sweeping = true;
    this.process.enter(() => {
      void this.runner.sweep().then(
        () => (this.sweeping = false),
        () => (this.sweeping = false),
      );
    });
  }

  event(event: SentEvent): void {
    this.intake.receive(event);
  }

  presence(machineId: string, presence: PresenceRow): void {
    const { database } = this.world;
    const write = (): void => {
      const known = database.presences.get(machineId);
      // The will of an earlier boot says nothing of the present one.
      if (presence.online || known?.bootId === presence.bootId) database.presences.set(machineId, presence);
    };
    this.line.tell(write);
  }

  notified(purchaseId: string): void {
    this.process.enter(() => {
      void this.runner.dispatch(purchaseId, { type: 'NotificationReceived' }).catch(() => undefined);
    });
  }

  /** As kill -9. */
  die(): void {
    if (!this.process.alive) return;
    this.world.trace.tell(this.id, 'A SERVER DIES');
    this.process.kill();
    this.world.broker.servers.delete(this);
    this.onDeath();
  }

  /** A rolling restart: no new work, and what is under way comes to its end. */
  stop(graceMs: number): void {
    this.world.trace.tell(this.id, 'A SERVER STOPS');
    this.process.enter(() => void this.runner.stop());
    this.world.time.after(graceMs, () => {
      this.world.database.servers.delete(this.id);
      this.die();
    });
  }
}

function ackOf(event: SentEvent, upTo: number): EventAck {
  return { v: PROTOCOL_VERSION, machineId: event.machineId, journalId: event.journalId, upTo, at: '' };
}
