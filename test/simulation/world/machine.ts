import { Core } from '#bridge/core.js';
import { silentLog } from '#bridge/log.js';
import { afterPowerCut } from '#bridge/session/ledger.js';
import type { Journal } from '#bridge/journal/journal.js';
import { DEFAULT_TIMINGS } from '#bridge/timings.js';
import { EventFeed } from '#bridge/uplink/event-feed.js';
import type { EventAck, Grant, MachineCommand, MachineEvent } from '#machine-protocol/messages.js';
import type { Slot } from '#simulated-machine/vmc-model.js';

import type { Broker, MachineEnd } from './broker.js';
import type { PresenceRow } from './database.js';
import { Hardware, type VendKey } from './hardware.js';
import type { SentEvent } from './intake.js';
import { type CutInWriting, PowerCut, SimJournal } from './journal.js';
import { wordingOf } from './lying-machine.js';
import { MachineUplink } from './machine-uplink.js';
import type { Random } from './random.js';
import type { Sabotage } from './sabotage.js';
import type { Time } from './time.js';
import { type Trace, phrase } from './trace.js';
import type { Truth } from './truth.js';
import type { Weather } from './weather.js';

const gets = phrase('the machine gets');

export interface MachineWatch {
  opening(machine: SimMachine, grant: Grant): void;
  approved(vend: VendKey, askedAt: number): void;
  acknowledged(ack: EventAck): void;
}

export interface MachineWorld {
  readonly time: Time;
  readonly weather: Weather;
  readonly truth: Truth;
  readonly trace: Trace;
  readonly broker: Broker;
  readonly watch: MachineWatch;
  readonly sabotage: Sabotage;
  /** Who stands before the machine. */
  readonly onIdle: (machine: SimMachine, purchaseId: string) => void;
}

/** One boot of the bridge's program: the real core and event feed. What it is given after its death it does not see. */
interface Boot {
  readonly id: string;
  readonly core: Core;
  readonly feed: EventFeed;
  alive: boolean;
}

/** A vending machine with its bridge, its journal and its power supply. */
export class SimMachine implements MachineEnd {
  readonly hardware: Hardware;
  readonly uplink: MachineUplink;
  private boots = 0;
  private boot: Boot | null = null;
  private journal: SimJournal;
  private askedAt = 0;
  /** Kinds of events that its bridge, newer than the servers, writes in a way that they cannot read. */
  private readonly unreadable = new Map<MachineEvent['body']['type'], boolean>();
  /** The wall clock is wrong by up to a day: a label, nothing more (I30). */
  private readonly wrongBy: number;

  constructor(
    readonly id: string,
    readonly slots: readonly Slot[],
    multiVend: boolean,
    private readonly world: MachineWorld,
    private readonly random: Random,
  ) {
    this.wrongBy = random.between(-86_400_000, 86_400_000);
    const lies = random.split('lies');
    this.journal = new SimJournal(id, `journal-${id}`, 'boot-none', {
      wallTime: this.wallTime,
      cutInWriting: this.cutInWriting,
      wording: (body) => wordingOf(body, slots, world, lies),
    });
    this.uplink = new MachineUplink(id, world.time, world.broker, random.split('uplink'), (work) => this.guarded(work));
    this.hardware = new Hardware(slots, multiVend, world.time, world.weather, random.split('hardware'), {
      hear: (event) => {
        if (event.type === 'selection') this.askedAt = world.time.now;
        this.guarded((boot) => boot.core.take(event));
      },
      unlocked: () => this.onUnlocked(),
      idle: () => {
        const purchaseId = this.boot?.core.state.session?.grant.purchaseId;
        if (purchaseId !== undefined) world.onIdle(this, purchaseId);
      },
      fell: (vend, priceMinor) => {
        world.trace.tell(vend.purchaseId, 'AN ITEM FELL', () => `vend ${vend.vendNumber}, ${priceMinor}`);
        world.truth.of(vend.purchaseId).fell.push({ ...vend, priceMinor: BigInt(priceMinor), at: world.time.now });
      },
      unreported: (vend) => void world.truth.of(vend.purchaseId).unreported.add(vend.vendNumber),
    });
  }

  get bootId(): string | null {
    return this.boot?.id ?? null;
  }

  /** The purchase whose grant is open, as the bridge knows. */
  get openPurchaseId(): string | undefined {
    return this.boot?.core.state.session?.grant.purchaseId;
  }

  get isQuiet(): boolean {
    return this.isConnected && this.openPurchaseId === undefined && this.journal.unacknowledged === 0;
  }

  get isConnected(): boolean {
    return this.boot !== null && this.uplink.isConnected;
  }

  start(): void {
    this.boots += 1;
    const id = `boot-${this.id}-${this.boots}`;
    // The acknowledgements at the end of the file were never synced.
    this.journal = this.journal.reopened(id, this.random.chance(0.5));
    this.world.trace.tell(this.id, 'the bridge starts', () => id);
    const boot = this.makeBoot(id);
    this.boot = boot;
    this.guarded(() => {
      for (const body of afterPowerCut(this.journal.ledger)) this.journal.record(body);
    });
    if (this.boot !== boot) return;
    this.hardware.connect();
    this.uplink.start({ id, feed: boot.feed, presence: () => this.presence() });
  }

  private makeBoot(id: string): Boot {
    const { time } = this.world;
    const clock = {
      monotonicMs: () => time.now,
      wallTime: this.wallTime,
      after: (ms: number, action: () => void) => {
        const timer = time.after(ms, () => {
          if (boot.alive) this.guarded(action);
        });
        return () => timer.cancel();
      },
    };
    const journal = this.journal;
    const core = new Core(
      { bootId: id, currency: 'EUR', exponent: 2, timings: DEFAULT_TIMINGS },
      {
        // Of the real one only the file is missing.
        journal: journal as unknown as Journal,
        adapter: {
          openSession: (creditMinor, withinMs) => this.openSession(creditMinor, withinMs),
          approve: (priceMinor) => this.approve(priceMinor),
          deny: () => this.hardware.deny(),
          closeSession: () => this.hardware.closeSession(),
          restart: () => this.hardware.restart(),
          takeTranscript: () => [],
        },
        clock,
        log: silentLog,
        faultPauseMs: DEFAULT_TIMINGS.faultPauseMs,
        changed: () => this.uplink.changed(),
        resend: () => boot.feed.resend(),
      },
    );
    const feed = new EventFeed(
      journal,
      (event) => this.world.broker.publishEvent(this.sent(event)),
      DEFAULT_TIMINGS,
      clock,
    );
    const boot: Boot = { id, core, feed, alive: true };
    return boot;
  }

  private sent(event: MachineEvent): SentEvent {
    const { weather, truth } = this.world;
    const { body } = event;
    const isUnreadable = this.unreadable.get(body.type) ?? weather.strikes('machine-unreadable');
    this.unreadable.set(body.type, isUnreadable);
    if (!isUnreadable) return event;
    if ('purchaseId' in body) {
      const known = truth.of(body.purchaseId);
      known.unread = true;
      if ('vendNumber' in body) known.unreported.add(body.vendNumber);
    }
    return { ...event, body: {}, fault: 'body.type: Invalid input' };
  }

  /** @param wholeMachine false when only the bridge's program dies and the machine keeps its power */
  cutPower(wholeMachine: boolean, forMs: number): void {
    const { boot, world } = this;
    if (boot === null) return;
    const purchaseId = this.journal.ledger.open?.purchaseId ?? this.openPurchaseId;
    world.trace.tell(purchaseId ?? this.id, wholeMachine ? 'POWER CUT' : 'THE BRIDGE DIES', () => this.id);
    if (purchaseId !== undefined) world.truth.of(purchaseId).powerCut = true;
    boot.alive = false;
    this.boot = null;
    boot.core.halt('no power');
    if (wholeMachine) this.hardware.powerOff();
    else this.hardware.disconnect();
    this.uplink.die();
    world.time.after(forMs, () => this.start());
  }

  private presence(): PresenceRow {
    const state = this.boot?.core.state;
    const inUse = state?.session !== undefined || state?.machine === 'idle' || state?.machine === 'vend';
    const isReady = state?.machine === 'enabled' && !inUse;
    return { online: true, bootId: this.boot?.id ?? '', isReady, inUse };
  }

  command(command: MachineCommand): void {
    const { boot } = this;
    if (boot === null) return;
    const { core } = boot;
    const heard = this.world.sabotage.command?.(command, boot.id) ?? command;
    this.world.trace.tell(command.purchaseId, gets(command.type));
    this.guarded(() =>
      core.take(
        heard.type === 'grant'
          ? { type: 'grant', grant: heard, obstacle: core.obstacle }
          : { type: 'close', close: heard },
      ),
    );
  }

  ack(ack: EventAck): void {
    this.world.watch.acknowledged(ack);
    this.guarded((boot) => {
      boot.feed.acknowledged(ack);
      this.uplink.changed();
    });
  }

  private openSession(creditMinor: number, withinMs: number): void {
    const grant = this.boot?.core.state.session?.grant;
    if (grant !== undefined) this.world.watch.opening(this, grant);
    this.hardware.openSession(creditMinor, withinMs);
  }

  private onUnlocked(): void {
    const { truth, trace, time } = this.world;
    const purchaseId = this.openPurchaseId;
    if (purchaseId === undefined) return;
    trace.tell(purchaseId, 'UNLOCKED');
    truth.of(purchaseId).unlockedAt = time.now;
  }

  private approve(priceMinor: number): void {
    const { world } = this;
    const session = this.boot?.core.state.session;
    const open = this.boot?.core.state.ledger.open;
    if (session === undefined || open === undefined) return;
    const vend = { purchaseId: session.grant.purchaseId, vendNumber: open.selections };
    if (world.weather.strikes('machine-power-cut-in-act')) {
      // Written down as approved; the machine hears it, or not.
      if (this.random.chance(0.5)) this.hardware.approve(vend, priceMinor);
      throw new PowerCut('while approving');
    }
    const { askedAt } = this;
    world.time.after(world.sabotage.approvesAfterMs ?? 0, () => {
      world.watch.approved(vend, askedAt);
      this.hardware.approve(vend, priceMinor);
    });
  }

  private readonly wallTime = (): Date => new Date(this.world.time.now + this.wrongBy);

  private readonly cutInWriting = (): CutInWriting => {
    const { weather } = this.world;
    if (!weather.strikes('machine-power-cut-in-act')) return null;
    if (weather.strikes('journal-torn')) return 'torn';
    return this.random.chance(0.5) ? 'before' : 'after';
  };

  /** Everything the bridge does goes through here: a power cut in the middle of it ends it there. */
  private guarded(work: (boot: Boot) => void): void {
    const { boot } = this;
    if (boot === null) return;
    try {
      work(boot);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.cutPower(true, this.random.between(1_000, 60_000));
    }
  }
}
