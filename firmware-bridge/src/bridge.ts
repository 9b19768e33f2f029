import { randomUUID } from 'node:crypto';

import type { Presence } from '#machine-protocol/messages.js';
import { linkKey } from '#machine-protocol/signature.js';

import type { MachineAdapter } from './adapters/adapter.js';
import { openAdapter, type AdapterConfig } from './adapters/open-adapter.js';
import type { Cancel, Clock } from './clock.js';
import { systemClock } from './clock.js';
import { Core } from './core.js';
import type { Journal } from './journal/journal.js';
import { openAfterBoot } from './journal/open-after-boot.js';
import type { Log } from './log.js';
import { silentLog } from './log.js';
import { presenceOf } from './presence.js';
import { DEFAULT_TIMINGS, type Timings } from './timings.js';
import { type BrokerSettings, loginOf } from './uplink/broker-login.js';
import { EventFeed } from './uplink/event-feed.js';
import { Uplink } from './uplink/uplink.js';

export interface BridgeConfig extends AdapterConfig, BrokerSettings {
  readonly machineId: string;
  readonly mqttUrl: string;
  /** 64 hexadecimal digits: signs what goes to the servers, and proves what comes from them. */
  readonly linkKey: string;
  readonly journalDir: string;
  readonly timings?: Partial<Timings>;
}

export interface RunningBridge {
  readonly bootId: string;
  /** What the bridge would tell the gateway now. */
  presence(): Presence;
  /** Ends an open session, waits for its report to be acknowledged within limits, says goodbye and closes the port. */
  stop(): Promise<void>;
  /** Dies as in a power cut: no word to broker or machine, nothing more is written. */
  kill(): void;
}

/**
 * The server may have lost the same broker and be back a second after this side: what the broker kept for it meanwhile does
 * not say that the machine is there now.
 */
const TELL_AGAIN_MS = 2_000;

/**
 * Starts the bridge of one machine. Neither the adapter nor the broker has to be there: both are waited for.
 *
 * @throws JournalError when the journal cannot be read or written, or belongs to another machine
 */
export async function startBridge(
  config: BridgeConfig,
  deps: { readonly clock?: Clock; readonly log?: Log } = {},
): Promise<RunningBridge> {
  const bridge = new Bridge(config, deps.clock ?? systemClock, deps.log ?? silentLog);
  bridge.start();
  return bridge;
}

class Bridge implements RunningBridge {
  readonly bootId = randomUUID();
  private readonly timings: Timings;
  private readonly journal: Journal;
  private readonly adapter: MachineAdapter;
  private readonly core: Core;
  private readonly uplink: Uplink;
  private readonly feed: EventFeed;
  private presenceTimer: Cancel | undefined;
  private told = '';
  private simulated = false;
  private onChange: (() => void) | undefined;

  constructor(
    private readonly config: BridgeConfig,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    const { machineId, currency, decimals } = config;
    const timings = { ...DEFAULT_TIMINGS, ...config.timings };
    this.timings = timings;
    this.journal = this.openJournal();
    this.adapter = openAdapter(config, { timings, clock, log, emit: (event) => this.core.take(event) });
    this.core = new Core(
      { bootId: this.bootId, currency, exponent: decimals, timings },
      {
        journal: this.journal,
        adapter: this.adapter,
        clock,
        log,
        faultPauseMs: timings.faultPauseMs,
        changed: () => this.changed(),
        resend: () => this.feed.resend(),
      },
    );
    this.feed = new EventFeed(this.journal, (event) => this.uplink.publishEvent(event), timings, clock);
    this.uplink = new Uplink(
      {
        machineId,
        url: config.mqttUrl,
        login: loginOf(config),
        linkKey: linkKey(config.linkKey),
        timings,
      },
      clock,
      log,
      {
        connected: () => {
          this.feed.connect();
          this.tellIn(TELL_AGAIN_MS);
        },
        disconnected: () => this.feed.disconnect(),
        command: (command) =>
          this.core.take(
            command.type === 'grant'
              ? { type: 'grant', grant: command, obstacle: this.core.obstacle }
              : { type: 'close', close: command },
          ),
        ack: (ack) => {
          this.core.attempt(() => this.feed.acknowledged(ack));
          this.changed();
        },
        refused: (code, detail) => this.core.take({ type: 'fault', code, detail }),
        presence: (online) => this.describe(online),
      },
    );
  }

  private openJournal(): Journal {
    const { journalDir: dir, machineId } = this.config;
    const { journal, found } = openAfterBoot({ dir, machineId, bootId: this.bootId, clock: this.clock });
    for (const { type } of found) this.log.warn('found in the journal', { event: type });
    return journal;
  }

  start(): void {
    this.adapter.start();
    this.uplink.start();
    this.tellIn(this.timings.presenceMs);
  }

  presence(): Presence {
    return this.describe(true);
  }

  private describe(online: boolean): Presence {
    return presenceOf({
      machineId: this.config.machineId,
      bootId: this.bootId,
      online,
      state: this.core.state,
      identity: this.adapter.identity,
      unacknowledged: this.journal.unacknowledged,
      obstacle: this.core.obstacle,
      at: this.clock.wallTime(),
    });
  }

  private tellIn(ms: number): void {
    this.presenceTimer?.();
    this.presenceTimer = this.clock.after(ms, () => {
      this.uplink.publishPresence();
      this.tellIn(this.timings.presenceMs);
    });
  }

  private changed(): void {
    this.feed.pump();
    if (this.adapter.identity.simulated !== this.simulated) {
      this.simulated = this.adapter.identity.simulated;
      void this.uplink.renew();
    }
    // The number of waiting events moves with every event and is told with the regular presence.
    const { at: _, unacknowledged: __, ...facts } = this.describe(true);
    const now = JSON.stringify(facts);
    if (now !== this.told) this.uplink.publishPresence();
    this.told = now;
    this.onChange?.();
  }

  async stop(): Promise<void> {
    this.presenceTimer?.();
    this.core.windDown();
    await this.settled();
    this.core.halt('the bridge is stopped');
    this.feed.disconnect();
    await this.uplink.stop();
    await this.adapter.stop();
    this.journal.close();
  }

  /** The session is closed and everything is acknowledged, or the grace is over: the journal keeps the rest. */
  private settled(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.onChange = undefined;
        resolve();
      };
      const cancel = this.clock.after(this.timings.stopGraceMs, done);
      this.onChange = () => {
        if (this.core.state.session === undefined && this.journal.unacknowledged === 0) done();
      };
      this.onChange();
    });
  }

  kill(): void {
    this.presenceTimer?.();
    this.core.halt('the bridge is dead');
    this.feed.disconnect();
    this.uplink.kill();
    this.adapter.kill();
    this.journal.close();
  }
}
