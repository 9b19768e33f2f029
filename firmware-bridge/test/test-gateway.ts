import { decodeEvent, decodePresence, encode } from '#machine-protocol/codec.js';
import type {
  Grant,
  MachineCommand,
  MachineEvent,
  MachineEventBody,
  MachineEventType,
  Presence,
} from '#machine-protocol/messages.js';
import { linkKey, open, sign } from '#machine-protocol/signature.js';
import { type Channel, topicOf } from '#machine-protocol/topics.js';
import { connectAsync, type MqttClient } from 'mqtt';

/** The bench's machine has it too. */
export const LINK_KEY = '5a'.repeat(32);
const KEY = linkKey(LINK_KEY);

type Body<T extends MachineEventType> = Extract<MachineEventBody, { type: T }>;

/** The server's end of the link, as strict as the protocol: events count in order and once, then they are acknowledged. */
export class TestGateway {
  /** Each event once, in the order of its number; a new journal begins at 1 again. */
  readonly events: MachineEvent[] = [];
  /** Everything that arrived, repeats too. */
  received = 0;
  acknowledging = true;
  private latestPresence: Presence | undefined;
  private readonly lastSeq = new Map<string, number>();
  private readonly listeners = new Set<() => void>();

  static async connect(url: string, machineId: string): Promise<TestGateway> {
    const client = await connectAsync(url, { protocolVersion: 4 });
    const gateway = new TestGateway(client, machineId);
    await client.subscribeAsync([topicOf(machineId, 'event'), topicOf(machineId, 'presence')], { qos: 0 });
    return gateway;
  }

  private constructor(
    private readonly client: MqttClient,
    private readonly machineId: string,
  ) {
    client.on('message', (topic, payload) => {
      const { body } = open(topic, payload, [KEY]);
      if (topic === topicOf(machineId, 'presence')) this.latestPresence = decodePresence(body, machineId);
      else this.take(decodeEvent(body, machineId));
      for (const listener of this.listeners) listener();
    });
  }

  private take(event: MachineEvent): void {
    this.received += 1;
    const last = this.lastSeq.get(event.journalId) ?? 0;
    if (event.seq === last + 1) {
      this.events.push(event);
      this.lastSeq.set(event.journalId, event.seq);
    }
    if (this.acknowledging) this.acknowledge(event.journalId);
  }

  /** Says what it has: everything up to the first gap. */
  acknowledge(journalId: string): void {
    const upTo = this.lastSeq.get(journalId) ?? 0;
    const ack = { v: 1, machineId: this.machineId, journalId, upTo, at: new Date().toISOString() } as const;
    this.client.publish(topicOf(this.machineId, 'ack'), this.signed('ack', encode(ack)));
  }

  makeGrant(fields: Omit<Grant, 'v' | 'type' | 'machineId' | 'at'>): Grant {
    return { ...fields, v: 1, type: 'grant', machineId: this.machineId, at: new Date().toISOString() };
  }

  sendGrant(fields: Omit<Grant, 'v' | 'type' | 'machineId' | 'at'>): Grant {
    const grant = this.makeGrant(fields);
    void this.send(grant);
    return grant;
  }

  sendClose({ purchaseId, grantNumber }: Pick<Grant, 'purchaseId' | 'grantNumber'>): void {
    const at = new Date().toISOString();
    void this.send({ v: 1, type: 'close', machineId: this.machineId, purchaseId, grantNumber, at });
  }

  /** The broker has it when the promise is kept. */
  async send(command: MachineCommand, { retain } = { retain: false }): Promise<void> {
    const payload = this.signed('command', encode(command));
    await this.client.publishAsync(topicOf(this.machineId, 'command'), payload, { qos: 1, retain });
  }

  /** As somebody does who has the key. */
  signed(channel: Channel, body: string): string {
    return sign(topicOf(this.machineId, channel), body, KEY);
  }

  /** The same for a topic that is not this machine's. */
  signedFor(topic: string, body: string): string {
    return sign(topic, body, KEY);
  }

  /** As anybody can who reaches the broker. */
  sendRaw(payload: string): void {
    this.client.publish(topicOf(this.machineId, 'command'), payload, { qos: 1 });
  }

  /** The types of all events so far, without faults. */
  get story(): MachineEventType[] {
    return this.events.map(({ body }) => body.type).filter((type) => type !== 'fault');
  }

  bodies<T extends MachineEventType>(type: T): Body<T>[] {
    return this.events.flatMap(({ body }) => (body.type === type ? [body as Body<T>] : []));
  }

  /** The count-th event of the type, as soon as there is one. */
  async event<T extends MachineEventType>(type: T, count = 1): Promise<Body<T>> {
    return this.until(() => this.bodies(type)[count - 1]);
  }

  async presence(condition: (presence: Presence) => boolean): Promise<Presence> {
    return this.until(() => {
      const { latestPresence } = this;
      return latestPresence !== undefined && condition(latestPresence) ? latestPresence : undefined;
    });
  }

  /** Looks again after every message, until there is something. */
  until<T>(find: () => T | undefined | false): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const found = find();
        if (found === undefined || found === false) return;
        this.listeners.delete(check);
        resolve(found);
      };
      this.listeners.add(check);
      check();
    });
  }

  async close(): Promise<void> {
    await this.client.endAsync(true);
  }
}
