import { bodyOf } from './link.js';
import { type MachineJournal, topic } from './machine.js';
import { RawMqtt } from './raw-mqtt.js';
import type { SoapStub } from './soap-stub.js';
import { Visits } from './visits.js';

/** Connections being made at the same time: the broker's listen queue holds 511, and drops what comes above it. */
const CONNECTING = 256;
/** As the bridge does: whoever is silent for a minute counts as offline. */
const PRESENCE_EVERY_MS = 15_000;
/** Spread over the interval in so many steps. */
const STEPS = 150;

interface Machine {
  readonly machineId: string;
  readonly journal: MachineJournal;
  mqtt: RawMqtt | undefined;
  /** Called with each acknowledgement. */
  acknowledged: ((upTo: number) => void) | undefined;
}

/** Many machines, each with its own connection, as light as they can be. */
export class Fleet {
  readonly visits: Visits;
  private readonly machines: Machine[];
  private readonly byId = new Map<string, Machine>();
  private step = 0;

  constructor(
    private readonly mqttUrl: string,
    prefix: string,
    count: number,
    stub: SoapStub,
  ) {
    this.visits = new Visits(stub, (machineId, payload) => {
      void this.byId.get(machineId)?.mqtt?.publish(topic(machineId, 'event'), payload);
    });
    this.machines = Array.from({ length: count }, (_, i) => {
      const journal = this.visits.journalOf(`${prefix}${i}`);
      return { machineId: journal.machineId, journal, mqtt: undefined, acknowledged: undefined };
    });
    for (const machine of this.machines) this.byId.set(machine.machineId, machine);
    setInterval(() => this.sayPresences(), PRESENCE_EVERY_MS / STEPS).unref();
  }

  /** All at once, as fast as the broker takes them. @returns seconds. */
  async connect(): Promise<number> {
    const startedAt = performance.now();
    let next = 0;
    const one = async (): Promise<void> => {
      for (let machine = this.machines[next++]; machine !== undefined; machine = this.machines[next++]) {
        await this.connectOne(machine);
      }
    };
    await Promise.all(Array.from({ length: CONNECTING }, one));
    return (performance.now() - startedAt) / 1_000;
  }

  disconnect(): void {
    for (const { mqtt } of this.machines) mqtt?.close();
  }

  /** Each machine has one thing to tell, and the server acknowledges it. @returns seconds until the last has its answer. */
  async reportAll(): Promise<number> {
    const startedAt = performance.now();
    await Promise.all(
      this.machines.map(
        (machine) =>
          new Promise<void>((resolve) => {
            const event = machine.journal.event('{"type":"fault","code":"bench","detail":"back again"}');
            const { lastSeq } = machine.journal;
            machine.acknowledged = (upTo) => {
              if (upTo >= lastSeq) resolve();
            };
            void machine.mqtt?.publish(topic(machine.machineId, 'event'), event);
          }),
      ),
    );
    return (performance.now() - startedAt) / 1_000;
  }

  private async connectOne(machine: Machine): Promise<void> {
    const { machineId, journal } = machine;
    const will = { topic: topic(machineId, 'presence'), payload: journal.presence(false) };
    const mqtt = await RawMqtt.connect(this.mqttUrl, `bridge-${machineId}`, will);
    machine.mqtt = mqtt;
    mqtt.onMessage = (name, payload) => {
      this.visits.take(name, payload);
      if (machine.acknowledged !== undefined && name.endsWith('/ack')) {
        machine.acknowledged((JSON.parse(bodyOf(payload)) as { upTo: number }).upTo);
      }
    };
    await mqtt.subscribe(topic(machineId, 'command'), 0);
    await mqtt.subscribe(topic(machineId, 'ack'), 1);
    await mqtt.publish(topic(machineId, 'presence'), journal.presence(true), true);
  }

  private sayPresences(): void {
    for (let i = this.step; i < this.machines.length; i += STEPS) {
      const machine = this.machines[i];
      void machine?.mqtt?.publish(topic(machine.machineId, 'presence'), machine.journal.presence(true), true);
    }
    this.step = (this.step + 1) % STEPS;
  }
}
