import { type Socket, connect } from 'node:net';

/** Packet types of MQTT 3.1.1, section 2.2.1. */
const CONNACK = 2;
const PUBLISH = 3;
const PUBACK = 4;
const SUBACK = 9;

export type OnMessage = (topic: string, payload: string) => void;

/**
 * The least of an MQTT 3.1.1 client: clean session, QoS 0 and 1, no repeats. Ten thousand of them fit in a process, and
 * one of them costs less than what it talks to.
 */
export class RawMqtt {
  private rest: Buffer = Buffer.alloc(0);
  private lastId = 0;
  private readonly acknowledged = new Map<number, () => void>();
  private answered: (() => void) | undefined;
  onMessage: OnMessage | undefined;
  onClose: (() => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', () => undefined);
    socket.once('close', () => this.onClose?.());
  }

  /** @param will published by the broker when the connection ends by itself. */
  static connect(url: string, clientId: string, will?: { topic: string; payload: string }): Promise<RawMqtt> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) });
      const client = new RawMqtt(socket);
      client.answered = () => resolve(client);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the broker closed the connection')));
      // Will: QoS 1, retained. Clean session.
      const flags = will === undefined ? 0b10 : 0b101110;
      const fields = [text(clientId), ...(will === undefined ? [] : [text(will.topic), text(will.payload)])];
      socket.write(packet(0x10, Buffer.concat([text('MQTT'), Buffer.of(4, flags, 0x0e, 0x10), ...fields])));
    });
  }

  subscribe(filter: string, qos: 0 | 1): Promise<void> {
    const id = this.nextId();
    return new Promise((resolve) => {
      this.answered = resolve;
      this.socket.write(packet(0x82, Buffer.concat([Buffer.of(id >> 8, id & 255), text(filter), Buffer.of(qos)])));
    });
  }

  /** QoS 1: resolves when the broker has it. */
  publish(topic: string, payload: string, retain = false): Promise<void> {
    const id = this.nextId();
    return new Promise((resolve) => {
      this.acknowledged.set(id, resolve);
      const head = Buffer.concat([text(topic), Buffer.of(id >> 8, id & 255)]);
      this.socket.write(packet(retain ? 0x33 : 0x32, Buffer.concat([head, Buffer.from(payload)])));
    });
  }

  /** QoS 0. */
  send(topic: string, payload: string): void {
    this.socket.write(packet(0x30, Buffer.concat([text(topic), Buffer.from(payload)])));
  }

  close(): void {
    this.onClose = undefined;
    this.socket.destroy();
  }

  private nextId(): number {
    this.lastId = (this.lastId % 65_535) + 1;
    return this.lastId;
  }

  private take(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    for (;;) {
      let length = 0;
      let digits = 0;
      for (; digits < 4; digits += 1) {
        const digit = bytes[at + 1 + digits];
        if (digit === undefined) return void (this.rest = bytes.subarray(at));
        length |= (digit & 127) << (7 * digits);
        if (digit < 128) break;
      }
      const start = at + 2 + digits;
      if (bytes.length < start + length) return void (this.rest = bytes.subarray(at));
      this.handle(bytes[at] ?? 0, bytes.subarray(start, start + length));
      at = start + length;
    }
  }

  private handle(first: number, body: Buffer): void {
    const type = first >> 4;
    if (type === PUBLISH) return this.received(first, body);
    if (type === CONNACK || type === SUBACK) return this.answered?.();
    if (type !== PUBACK) return;
    const id = body.readUInt16BE(0);
    this.acknowledged.get(id)?.();
    this.acknowledged.delete(id);
  }

  private received(first: number, body: Buffer): void {
    const topicEnd = 2 + body.readUInt16BE(0);
    const topic = body.toString('latin1', 2, topicEnd);
    const isQos1 = (first & 0b110) !== 0;
    if (isQos1) this.socket.write(Buffer.of(0x40, 2, body[topicEnd] ?? 0, body[topicEnd + 1] ?? 0));
    this.onMessage?.(topic, body.toString('utf8', isQos1 ? topicEnd + 2 : topicEnd));
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
}

function packet(first: number, body: Buffer): Buffer {
  const head = [first];
  let length = body.length;
  do {
    head.push((length & 127) | (length > 127 ? 128 : 0));
    length >>= 7;
  } while (length > 0);
  return Buffer.concat([Buffer.from(head), body]);
}
