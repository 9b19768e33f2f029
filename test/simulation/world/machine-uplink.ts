import { DEFAULT_TIMINGS } from '#bridge/timings.js';
import type { EventFeed } from '#bridge/uplink/event-feed.js';

import type { Broker } from './broker.js';
import type { PresenceRow } from './database.js';
import type { Random } from './random.js';
import type { Time, Timer } from './time.js';

/** What the connection needs of the boot of the bridge that uses it. */
export interface UplinkUser {
  readonly id: string;
  readonly feed: EventFeed;
  presence(): PresenceRow;
}

/** A machine's connection to the broker, as the bridge's uplink keeps it: made anew each time, and never with a queue. */
export class MachineUplink {
  isConnected = false;
  private isOffline = false;
  private user: UplinkUser | null = null;
  private presenceTimer: Timer | null = null;
  private told: PresenceRow | null = null;

  constructor(
    private readonly machineId: string,
    private readonly time: Time,
    private readonly broker: Broker,
    private readonly random: Random,
    /** What the bridge does may end in a power cut. */
    private readonly guarded: (work: () => void) => void,
  ) {}

  start(user: UplinkUser): void {
    this.user = user;
    this.connectSoon(user);
  }

  /** The program is dead: the broker finds out by itself. */
  die(): void {
    this.drop();
    this.user = null;
  }

  goOffline(ms: number): void {
    if (this.isOffline) return;
    this.isOffline = true;
    this.drop();
    this.time.after(ms, () => this.comeBack());
  }

  comeBack(): void {
    if (!this.isOffline) return;
    this.isOffline = false;
    if (this.user !== null) this.connectSoon(this.user);
  }

  /** There is no broker any more that could tell the others. */
  brokerLost(): void {
    const { user } = this;
    if (user === null || !this.isConnected) return;
    user.feed.disconnect();
    this.isConnected = false;
    this.connectSoon(user);
  }

  /** Something may have to be told: events to send, another state. */
  changed(): void {
    const { user } = this;
    if (user === null) return;
    user.feed.pump();
    if (!this.isConnected) return;
    const presence = user.presence();
    if (!isSame(presence, this.told)) this.tell(presence);
  }

  private drop(): void {
    const { user } = this;
    user?.feed.disconnect();
    this.presenceTimer?.cancel();
    if (!this.isConnected || user === null) return;
    this.isConnected = false;
    this.broker.will(this.machineId, { online: false, bootId: user.id, isReady: false, inUse: false });
  }

  /** Tries until the broker is there. */
  private connectSoon(user: UplinkUser): void {
    this.time.after(this.random.between(200, 3_000), () => {
      if (this.user !== user || this.isConnected || this.isOffline) return;
      if (this.broker.outage.isOn) return this.connectSoon(user);
      this.isConnected = true;
      this.tellRegularly(user);
      this.guarded(() => user.feed.connect());
    });
  }

  private tellRegularly(user: UplinkUser): void {
    this.presenceTimer?.cancel();
    if (this.user !== user || !this.isConnected) return;
    this.tell(user.presence());
    this.presenceTimer = this.time.after(DEFAULT_TIMINGS.presenceMs, () => this.tellRegularly(user));
  }

  private tell(presence: PresenceRow): void {
    this.told = presence;
    this.broker.publishPresence(this.machineId, presence);
  }
}

function isSame(presence: PresenceRow, told: PresenceRow | null): boolean {
  return (
    told !== null &&
    presence.bootId === told.bootId &&
    presence.isReady === told.isReady &&
    presence.inUse === told.inUse &&
    presence.online === told.online
  );
}
