import { NotConnectedError } from '#platform/mqtt.js';
import type { EventAck, MachineCommand } from '#machine-protocol/messages.js';

import type { PresenceRow } from './database.js';
import { Outage } from './database-line.js';
import type { SentEvent } from './intake.js';
import type { SimProcess } from './process.js';
import type { Random } from './random.js';
import type { Time } from './time.js';
import type { Weather } from './weather.js';

/** As in MqttConnection. */
const PUBLISH_WITHIN_MS = 2_000;
/** Below LINK_DELAY_MS of the lifecycle: a command is under way for as long as a network keeps it, never longer. */
const DELAY_MAX_MS = 20_000;
/** One and a half keep-alives of 15 s: so long a broker takes a silent machine for connected. */
const WILL_MAX_MS = 22_500;

export interface MachineEnd {
  command(command: MachineCommand): void;
  ack(ack: EventAck): void;
  readonly isConnected: boolean;
}

export interface ServerEnd {
  readonly process: SimProcess;
  event(event: SentEvent): void;
  presence(machineId: string, presence: PresenceRow): void;
}

/**
 * The MQTT broker and the networks on both sides of it. It keeps nothing for a machine that is not connected: sessions
 * are clean and commands are not retained.
 */
export class Broker {
  readonly outage: Outage;
  readonly servers = new Set<ServerEnd>();
  readonly machines = new Map<string, MachineEnd>();

  constructor(
    private readonly time: Time,
    private readonly weather: Weather,
    private readonly random: Random,
  ) {
    this.outage = new Outage(time);
  }

  /** @throws NotConnectedError when it certainly was not sent; any other error means that it may have been. */
  publishCommand(process: SimProcess, command: MachineCommand): Promise<void> {
    if (this.outage.isOn) return Promise.reject(new NotConnectedError('not connected to the broker'));
    return new Promise((resolve, reject) => {
      if (this.weather.strikes('broker-silent')) {
        process.after(PUBLISH_WITHIN_MS, () => reject(new Error('it did not leave in time')));
        if (this.random.chance(0.5)) return;
      } else {
        process.after(this.random.between(2, 20), resolve);
      }
      this.toMachine(command.machineId, (machine) => machine.command(command));
    });
  }

  publishAck(ack: EventAck): void {
    if (!this.outage.isOn) this.toMachine(ack.machineId, (machine) => machine.ack(ack));
  }

  publishEvent(event: SentEvent): void {
    if (!this.outage.isOn) this.toServers((server) => server.event(event));
  }

  /** Retained: whoever is told late is told the same. Who was not told waits for the next. */
  publishPresence(machineId: string, presence: PresenceRow): void {
    for (const server of this.servers) {
      if (this.weather.strikes('link-drops')) continue;
      server.process.quietly(this.random.between(2, 20), () => server.presence(machineId, presence));
    }
  }

  /** The connection of a machine broke without a goodbye. */
  will(machineId: string, presence: PresenceRow): void {
    this.time.after(this.random.between(10, WILL_MAX_MS), () => this.publishPresence(machineId, presence));
  }

  private toMachine(machineId: string, deliver: (machine: MachineEnd) => void): void {
    this.deliver(() => {
      const machine = this.machines.get(machineId);
      if (machine?.isConnected === true) deliver(machine);
    });
  }

  /** Every server subscribes to every machine, over a connection of its own. */
  private toServers(deliver: (server: ServerEnd) => void): void {
    for (const server of this.servers) this.deliver(() => server.process.enter(() => deliver(server)));
  }

  private deliver(arrive: () => void): void {
    const { weather } = this;
    const copies = weather.strikes('link-drops') ? 0 : weather.strikes('link-repeats') ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const isLate = weather.strikes('link-delays');
      this.time.after(isLate ? this.random.between(100, DELAY_MAX_MS) : this.random.between(5, 40), arrive);
    }
  }
}
