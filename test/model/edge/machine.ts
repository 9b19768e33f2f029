import { type MqttClient, connectAsync } from 'mqtt';

import { decodeAck, decodeCommand, encode } from '#machine-protocol/codec.js';
import type { Grant, MachineCommand, MachineEvent, MachineEventBody, Presence } from '#machine-protocol/messages.js';
import { type LinkKey, open, sign } from '#machine-protocol/signature.js';
import { type Channel, topicOf } from '#machine-protocol/topics.js';

import { Truth } from './truth.js';

interface Vend {
  readonly number: number;
  readonly priceMinor: number;
}

/** What is open at the machine. */
interface Session {
  readonly grant: Grant;
  /** On the clock of the whole system. */
  readonly openedAt: number;
  chosenAt: number;
  selections: number;
  pending: Vend | null;
}

const AT = '2026-11-21T12:00:00.000Z';

/**
 * A machine with its bridge, as the rules of the machine link have it, and not as ours was built: events numbered on a
 * disk that outlives the power, kept until they are acknowledged, and a grant for this boot, once.
 */
export class Machine {
  readonly truth = new Truth();
  /** What it does with the next grant. */
  isWilling = true;
  /** Commands and words of the server that came in: tells whether anything new did. */
  heard = 0;
  private readonly journalId: string;
  private boots = 1;
  private seq = 0;
  private oldest: number | undefined;
  private outbox: MachineEvent[] = [];
  private last: MachineEvent | undefined;
  private highestGrant = 0;
  private readonly answers = new Map<string, MachineEventBody>();
  private session: Session | null = null;
  private client: MqttClient | null = null;
  private word = '';

  constructor(
    readonly id: string,
    private readonly brokerUrl: string,
    private readonly key: LinkKey,
    private readonly now: () => number,
  ) {
    this.journalId = `journal-${id}`;
  }

  get isConnected(): boolean {
    return this.client !== null;
  }

  get isUnlocked(): boolean {
    return this.session !== null;
  }

  get isWaitingForVend(): boolean {
    return this.session?.pending != null;
  }

  get unacknowledged(): number {
    return this.outbox.length;
  }

  get bootId(): string {
    return `boot-${this.boots}-${this.id}`;
  }

  /** The topic on which the test hears that everything before it has arrived. */
  get wordTopic(): string {
    return `model/${this.id}/word`;
  }

  hasHeard(word: string): boolean {
    return this.word === word;
  }

  async connect(): Promise<void> {
    const will = { topic: topicOf(this.id, 'presence'), payload: Buffer.from(this.presence(false)), retain: true };
    const client = await connectAsync(this.brokerUrl, {
      protocolVersion: 4,
      will: { ...will, qos: 1 },
      reconnectPeriod: 0,
    });
    client.on('message', (topic, payload) => this.receive(topic, payload));
    const topics = [topicOf(this.id, 'command'), topicOf(this.id, 'ack'), this.wordTopic];
    await client.subscribeAsync(topics, { qos: 1 });
    this.client = client;
    this.say();
    for (const event of this.outbox) this.send(event);
  }

  /** The network is gone, or the power: the broker speaks the will. */
  disconnect(): void {
    const { client } = this;
    this.client = null;
    client?.stream.destroy();
    client?.end(true);
  }

  /** The power goes, and comes back with a new boot. `fell`: whether the item that was under way came out. */
  cutPower(fell: boolean): void {
    this.disconnect();
    const { session } = this;
    if (session?.pending != null)
      this.truth.nobodyKnows(session.grant.purchaseId, fell ? session.pending.priceMinor : 0);
  }

  async powerReturns(): Promise<void> {
    this.boots += 1;
    if (this.session !== null) this.close('power-cut');
    await this.connect();
  }

  /** @returns whether the choice was approved. */
  choose(selection: number, machinePriceMinor: number): boolean {
    const { session } = this;
    if (session === null || session.pending !== null) return false;
    const { grant } = session;
    const price = grant.prices.find((one) => one.selection === selection)?.priceMinor;
    const leftMinor = grant.amountMinor - this.truth.spentMinor(grant.purchaseId);
    const denied =
      price === undefined
        ? 'unknown-selection'
        : price !== machinePriceMinor
          ? 'price-differs'
          : price > leftMinor
            ? 'over-amount'
            : undefined;
    session.selections += 1;
    session.chosenAt = this.now();
    const { selections: vendNumber } = session;
    const asked = { ...keyOf(grant), vendNumber, selection, machinePriceMinor, serial: [] };
    if (denied !== undefined) {
      this.record({ type: 'vend.selected', ...asked, approvedMinor: 0, denied });
      return false;
    }
    this.record({ type: 'vend.selected', ...asked, approvedMinor: price ?? 0 });
    session.pending = { number: vendNumber, priceMinor: price ?? 0 };
    return true;
  }

  /** The item that was chosen comes out, or stays. */
  vend(comesOut: boolean): void {
    const { session } = this;
    if (session?.pending == null) return;
    const { grant, pending } = session;
    session.pending = null;
    const vended = { ...keyOf(grant), vendNumber: pending.number, serial: [] };
    if (comesOut) this.truth.fell(grant.purchaseId, pending.priceMinor);
    this.record(
      comesOut ? { type: 'vend.dispensed', ...vended } : { type: 'vend.failed', ...vended, reason: 'not-dispensed' },
    );
  }

  close(reason: Extract<MachineEventBody, { type: 'session.closed' }>['reason']): void {
    const { session } = this;
    if (session === null) return;
    const { grant, pending, selections } = session;
    if (pending !== null) {
      const why = reason === 'power-cut' ? 'power-cut' : 'no-result';
      this.truth.nobodyKnows(grant.purchaseId, 0);
      this.record({ type: 'vend.uncertain', ...keyOf(grant), vendNumber: pending.number, reason: why, serial: [] });
    }
    this.session = null;
    const { dispensed, dispensedMinor } = this.truth.certain(grant.purchaseId);
    this.answer({ type: 'session.closed', ...keyOf(grant), reason, selections, dispensed, dispensedMinor, serial: [] });
    this.say();
  }

  /** Its own rules of time: nobody chooses for long, or the grant's life is over. */
  timeMoved(): void {
    const { session } = this;
    if (session === null) return;
    const now = this.now();
    if (now >= session.openedAt + session.grant.lifetimeMs) this.close('lifetime');
    else if (now >= session.chosenAt + session.grant.selectionWindowMs) this.close('payer-idle');
    else this.say();
  }

  /** Says its last word once more, although the server has it. */
  repeat(): void {
    if (this.last !== undefined) this.send(this.last);
  }

  /** Two words, the later one first; the server asks for the rest. */
  speakOutOfOrder(): void {
    const outbox = [...this.outbox];
    for (const detail of ['noise', 'more noise']) {
      outbox.push(this.written({ type: 'fault', code: 'line', detail }));
    }
    this.outbox = outbox;
    for (const event of outbox.toReversed()) this.send(event);
  }

  /** The disk loses what the server has not got yet, for good. */
  loseUnacknowledged(): void {
    for (const { body } of this.outbox) if ('purchaseId' in body) this.truth.wordsLost(body.purchaseId);
    this.outbox = [];
    this.oldest = this.seq + 1;
    this.record({ type: 'fault', code: 'journal', detail: 'the journal is damaged' });
  }

  say(): void {
    this.client?.publish(topicOf(this.id, 'presence'), this.presence(true), { qos: 1, retain: true });
  }

  private presence(online: boolean): string {
    const machineState: Presence['machineState'] = !online ? 'inactive' : this.session === null ? 'ready' : 'in-use';
    const presence: Presence = {
      v: 1,
      machineId: this.id,
      bootId: this.bootId,
      online,
      machineState,
      simulated: true,
      adapter: 'model',
      software: 'model',
      unacknowledged: this.outbox.length,
      highestGrantNumber: this.highestGrant,
      at: AT,
    };
    return this.signed('presence', encode(presence));
  }

  private signed(channel: Channel, body: string): string {
    return sign(topicOf(this.id, channel), body, this.key);
  }

  private receive(topic: string, payload: Buffer): void {
    if (topic === this.wordTopic) {
      this.word = payload.toString();
      return;
    }
    if (topic === topicOf(this.id, 'ack')) return this.acknowledged(payload);
    this.heard += 1;
    this.obey(decodeCommand(open(topic, payload, [this.key]).body, this.id));
  }

  private acknowledged(payload: Buffer): void {
    const { journalId, upTo } = decodeAck(open(topicOf(this.id, 'ack'), payload, [this.key]).body, this.id);
    if (journalId !== this.journalId) return;
    const [first] = this.outbox;
    this.outbox = this.outbox.filter(({ seq }) => seq > upTo);
    // Behind a gap nothing is taken: from the first on again.
    if (first !== undefined && upTo < first.seq) for (const event of this.outbox) this.send(event);
  }

  private obey(command: MachineCommand): void {
    const known = this.answers.get(command.purchaseId);
    if (known !== undefined) return this.record(known);
    const isOpen = this.session?.grant.purchaseId === command.purchaseId;
    if (command.type === 'close') {
      if (isOpen) return this.close('asked');
      const nothing = { selections: 0, dispensed: 0, dispensedMinor: 0, serial: [] };
      return this.answer({ type: 'session.closed', ...keyOf(command), reason: 'never-opened', ...nothing });
    }
    if (isOpen) return this.record({ type: 'grant.accepted', ...keyOf(command), serial: [] });
    const reason = this.refusalOf(command);
    if (reason !== undefined) return this.answer({ type: 'grant.refused', ...keyOf(command), reason, serial: [] });
    this.truth.unlocked(command.purchaseId);
    const openedAt = this.now();
    this.session = { grant: command, openedAt, chosenAt: openedAt, selections: 0, pending: null };
    this.highestGrant = command.grantNumber;
    this.record({ type: 'grant.accepted', ...keyOf(command), serial: [] });
    this.say();
  }

  private refusalOf({ bootId, grantNumber }: Grant) {
    if (bootId !== this.bootId) return 'other-boot';
    if (grantNumber <= this.highestGrant) return 'old-number';
    if (this.session !== null) return 'in-use';
    return this.isWilling ? undefined : 'not-ready';
  }

  /** The last word about a grant. */
  private answer(body: Extract<MachineEventBody, { type: 'session.closed' | 'grant.refused' }>): void {
    this.answers.set(body.purchaseId, body);
    this.highestGrant = Math.max(this.highestGrant, body.grantNumber);
    this.record(body);
  }

  private record(body: MachineEventBody): void {
    const event = this.written(body);
    this.outbox.push(event);
    this.send(event);
  }

  private written(body: MachineEventBody): MachineEvent {
    this.seq += 1;
    const { id: machineId, journalId, bootId, seq } = this;
    this.last = { v: 1, machineId, journalId, bootId, seq, at: AT, body };
    return this.last;
  }

  private send(event: MachineEvent): void {
    const oldest = this.oldest === undefined ? {} : { oldest: this.oldest };
    const payload = this.signed('event', encode({ ...event, ...oldest }));
    this.client?.publish(topicOf(this.id, 'event'), payload, { qos: 1 });
  }
}

function keyOf({ purchaseId, grantNumber }: MachineCommand) {
  return { purchaseId, grantNumber };
}
