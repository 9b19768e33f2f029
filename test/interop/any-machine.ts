/**
 * A vending machine that somebody else built, written from docs/machine-link.md alone: nothing of this project is
 * imported, on purpose. It keeps its journal in memory, which a real machine must not (R30).
 */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

import { connect, type MqttClient } from 'mqtt';

interface Command {
  readonly v: number;
  readonly type: 'grant' | 'close';
  readonly machineId: string;
  readonly bootId: string;
  readonly purchaseId: string;
  readonly grantNumber: number;
  readonly currency: string;
  readonly exponent: number;
  readonly amountMinor: number;
  readonly prices: readonly { readonly selection: number; readonly priceMinor: number }[];
  readonly lifetimeMs: number;
  readonly selectionWindowMs: number;
}

interface Session {
  readonly grant: Command;
  readonly life: NodeJS.Timeout;
  window: NodeJS.Timeout;
  selections: number;
  dispensed: number;
  dispensedMinor: number;
}

type Body = Readonly<Record<string, unknown>> & { readonly type: string };

/** R5: at least every 20 s. R26: again after some seconds. R27: at most 50. R24: the last 100. */
const PRESENCE_MS = 10_000;
const RESEND_MS = 2_000;
const IN_FLIGHT_MAX = 50;
const LAST_WORDS_MAX = 100;
const PAYLOAD_BYTES_MAX = 16_384;

export class AnyMachine {
  /** What really came out: the machine’s own counter. */
  readonly dispensed: number[] = [];
  private readonly bootId = randomUUID();
  private readonly journalId = randomUUID();
  private readonly client: MqttClient;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly events: { seq: number; at: string; body: Body }[] = [];
  private acknowledged = 0;
  private lastAck = -1;
  private highestGrantNumber = 0;
  private readonly lastWords = new Map<string, Body>();
  private session: Session | undefined;
  private unlocked: (() => void)[] = [];

  constructor(
    private readonly options: {
      readonly url: string;
      readonly machineId: string;
      readonly password: string;
      /** 64 hexadecimal digits. */
      readonly key: string;
      readonly currency: string;
      readonly exponent: number;
    },
  ) {
    this.client = connect(options.url, {
      protocolVersion: 4,
      clean: true,
      clientId: `machine-${options.machineId}`,
      username: options.machineId,
      password: options.password,
      keepalive: 30,
      queueQoSZero: false,
      will: {
        topic: this.topic('presence'),
        payload: Buffer.from(this.sealed('presence', this.presence(false))),
        qos: 1,
        retain: true,
      },
    });
    this.client.on('connect', () => {
      this.client.subscribe([this.topic('command'), this.topic('ack')], { qos: 1 }, () => {
        this.tell();
        this.send(this.acknowledged + 1);
      });
    });
    this.client.on('message', (topic, payload, { retain }) => this.hear(topic, payload, retain));
    this.timers.push(
      setInterval(() => this.tell(), PRESENCE_MS),
      setInterval(() => this.send(this.acknowledged + 1), RESEND_MS),
    );
  }

  /** Resolves when a grant has unlocked the machine. */
  isUnlocked(): Promise<void> {
    if (this.session !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.unlocked.push(resolve));
  }

  /** The payer presses a number; the machine asks its price, and gives the product out when it is approved. */
  choose(selection: number, machinePriceMinor: number): void {
    const { session } = this;
    if (session === undefined) return;
    const { grant } = session;
    session.selections += 1;
    const price = grant.prices.find((one) => one.selection === selection)?.priceMinor;
    const denied =
      price === undefined
        ? 'unknown-selection'
        : price !== machinePriceMinor
          ? 'price-differs'
          : price > grant.amountMinor - session.dispensedMinor
            ? 'over-amount'
            : undefined;
    const choice = { ...this.keyOf(grant), vendNumber: session.selections };
    const approvedMinor = denied === undefined ? machinePriceMinor : 0;
    this.record({
      type: 'vend.selected',
      ...choice,
      selection,
      machinePriceMinor,
      approvedMinor,
      ...(denied !== undefined && { denied }),
      serial: [],
    });
    if (denied === undefined) {
      this.dispensed.push(selection);
      session.dispensed += 1;
      session.dispensedMinor += approvedMinor;
      this.record({ type: 'vend.dispensed', ...choice, serial: [] });
    }
    clearTimeout(session.window);
    session.window = setTimeout(() => this.lock('payer-idle'), grant.selectionWindowMs);
  }

  /** The payer is done. */
  finish(): void {
    this.lock('machine');
  }

  /** Nothing waits for the server. */
  get hasReportedAll(): boolean {
    return this.events.length === 0;
  }

  async stop(): Promise<void> {
    this.lock('asked');
    for (const timer of this.timers) clearInterval(timer);
    if (this.client.connected) {
      await this.client.publishAsync(this.topic('presence'), this.sealed('presence', this.presence(false)), {
        qos: 1,
        retain: true,
      });
    }
    await this.client.endAsync();
  }

  // ------------------------------------------------------------------------------------------------ what is asked

  private hear(topic: string, payload: Buffer, retained: boolean): void {
    const message = this.opened(topic, payload);
    if (message === undefined || message['v'] !== 1 || message['machineId'] !== this.options.machineId) return;
    if (topic === this.topic('ack')) return this.acknowledge(String(message['journalId']), Number(message['upTo']));
    // R18
    if (retained) return;
    const command = message as unknown as Command;
    if (command.type === 'grant') this.take(command);
    if (command.type === 'close') this.close(command);
  }

  private take(grant: Command): void {
    const lastWord = this.lastWords.get(grant.purchaseId);
    if (lastWord !== undefined) return this.record(lastWord);
    const refused = (reason: string) => this.say({ type: 'grant.refused', ...this.keyOf(grant), reason, serial: [] });
    if (grant.bootId !== this.bootId) return refused('other-boot');
    if (grant.grantNumber <= this.highestGrantNumber) return refused('old-number');
    this.highestGrantNumber = grant.grantNumber;
    if (this.session !== undefined) return refused('in-use');
    if (grant.currency !== this.options.currency || grant.exponent !== this.options.exponent)
      return refused('bad-grant');
    this.session = {
      grant,
      life: setTimeout(() => this.lock('lifetime'), grant.lifetimeMs),
      window: setTimeout(() => this.lock('payer-idle'), grant.selectionWindowMs),
      selections: 0,
      dispensed: 0,
      dispensedMinor: 0,
    };
    this.say({ type: 'grant.accepted', ...this.keyOf(grant), serial: [] });
    this.tell();
    for (const resolve of this.unlocked.splice(0)) resolve();
  }

  private close(command: Command): void {
    if (this.session?.grant.purchaseId === command.purchaseId) return this.lock('asked');
    const lastWord = this.lastWords.get(command.purchaseId);
    if (lastWord !== undefined) return this.record(lastWord);
    this.highestGrantNumber = Math.max(this.highestGrantNumber, command.grantNumber);
    const nothing = { selections: 0, dispensed: 0, dispensedMinor: 0, serial: [] };
    this.say({ type: 'session.closed', ...this.keyOf(command), reason: 'never-opened', ...nothing });
  }

  private lock(reason: string): void {
    const { session } = this;
    if (session === undefined) return;
    clearTimeout(session.life);
    clearTimeout(session.window);
    this.session = undefined;
    const { grant, selections, dispensed, dispensedMinor } = session;
    const sums = { selections, dispensed, dispensedMinor, serial: [] };
    this.say({ type: 'session.closed', ...this.keyOf(grant), reason, ...sums });
    this.tell();
  }

  private keyOf({ purchaseId, grantNumber }: Command) {
    return { purchaseId, grantNumber };
  }

  // ------------------------------------------------------------------------------------------------ what is told

  /** The last word about a grant, which may be asked for again (R10, R24). */
  private say(body: Body): void {
    this.lastWords.set(String(body['purchaseId']), body);
    const [oldest] = this.lastWords.keys();
    if (this.lastWords.size > LAST_WORDS_MAX && oldest !== undefined) this.lastWords.delete(oldest);
    this.record(body);
  }

  private record(body: Body): void {
    const seq = this.acknowledged + this.events.length + 1;
    this.events.push({ seq, at: new Date().toISOString(), body });
    this.send(seq);
  }

  private send(from: number): void {
    if (!this.client.connected) return;
    for (const event of this.events.slice(0, IN_FLIGHT_MAX)) {
      if (event.seq < from) continue;
      const { machineId } = this.options;
      const { journalId, bootId } = this;
      const message = { v: 1, machineId, journalId, bootId, oldest: this.acknowledged + 1, ...event };
      this.client.publish(this.topic('event'), this.sealed('event', message), { qos: 1 });
    }
  }

  private acknowledge(journalId: string, upTo: number): void {
    if (journalId !== this.journalId || upTo > this.acknowledged + this.events.length) return;
    const isGap = upTo === this.lastAck && upTo === this.acknowledged;
    this.lastAck = upTo;
    if (upTo > this.acknowledged) {
      const sent = this.acknowledged + IN_FLIGHT_MAX;
      this.events.splice(0, upTo - this.acknowledged);
      this.acknowledged = upTo;
      return this.send(sent + 1);
    }
    if (isGap) this.send(upTo + 1);
  }

  private tell(): void {
    if (!this.client.connected) return;
    this.client.publish(this.topic('presence'), this.sealed('presence', this.presence(true)), { qos: 1, retain: true });
  }

  private presence(online: boolean): object {
    const { session } = this;
    return {
      v: 1,
      machineId: this.options.machineId,
      bootId: this.bootId,
      online,
      machineState: session === undefined ? 'ready' : 'in-use',
      simulated: true,
      adapter: 'none: a board that speaks for itself',
      software: 'any-machine 1.0',
      unacknowledged: this.events.length,
      ...(session !== undefined && { openPurchaseId: session.grant.purchaseId }),
      highestGrantNumber: this.highestGrantNumber,
      at: new Date().toISOString(),
    };
  }

  // ------------------------------------------------------------------------------------------- envelope and MAC

  private topic(channel: string): string {
    return `vendrail/v1/${this.options.machineId}/${channel}`;
  }

  private macOf(topic: string, body: string): Buffer {
    return createHmac('sha256', Buffer.from(this.options.key, 'hex')).update(`${topic}\n${body}`, 'utf8').digest();
  }

  private sealed(channel: string, message: object): string {
    const body = JSON.stringify(message);
    return JSON.stringify({ mac: this.macOf(this.topic(channel), body).toString('hex'), body });
  }

  private opened(topic: string, payload: Buffer): Record<string, unknown> | undefined {
    if (payload.length > PAYLOAD_BYTES_MAX) return undefined;
    try {
      const { mac, body } = JSON.parse(payload.toString('utf8')) as Record<string, unknown>;
      if (typeof mac !== 'string' || typeof body !== 'string' || !/^[0-9a-f]{64}$/.test(mac)) return undefined;
      if (!timingSafeEqual(Buffer.from(mac, 'hex'), this.macOf(topic, body))) return undefined;
      return JSON.parse(body) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }
}
