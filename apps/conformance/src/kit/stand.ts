import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import type {
  CloseGrant,
  EventAck,
  Grant,
  MachineCommand,
  MachineEvent,
  MachineEventBody,
  MachineEventType,
  Presence,
} from '#machine-protocol/messages.js';
import { PROTOCOL_VERSION } from '#machine-protocol/messages.js';

import type { Hands } from '../hands/hands.js';
import type { Arrival, Gateway } from './gateway.js';
import type { Line } from './line.js';

export type Body<T extends MachineEventType = MachineEventType> = Extract<MachineEventBody, { type: T }>;

/** A product that really stands in the machine, at the price that it asks. */
export interface Good {
  readonly selection: number;
  readonly priceMinor: number;
}

export interface StandSettings {
  readonly machineId: string;
  readonly currency: string;
  readonly exponent: number;
  /** Three different ones. */
  readonly goods: readonly [Good, Good, Good];
  /** How long an answer is waited for. Nothing that passes takes as long. */
  readonly patienceMs: number;
  /** How long a repeat that nobody asked for is waited for (R26: pauses of at most a minute). */
  readonly repeatWithinMs: number;
}

/** ISO 4217 reserves it for tests: no machine sells in it. */
const TEST_CURRENCY = 'XTS';

/** A timer that fires so much too late was not kept from it by the kit. */
const STOOD_STILL_MS = 250;

/** An event where it first came, and when. */
export interface Told {
  readonly event: MachineEvent;
  readonly atMs: number;
}

export interface Opened {
  readonly grant: Grant;
  readonly sentAtMs: number;
  /** `grant.accepted` or `grant.refused`; undefined when neither came in time. */
  readonly answer: Body<'grant.accepted' | 'grant.refused'> | undefined;
}

/**
 * A machine and all that is around it while it is tried. It keeps the books of a gateway (what was told, what is
 * acknowledged), so that a trial can say what it does and ask what came. Waits end after the patience with undefined.
 */
export class Stand {
  /** Each event once, in the order of its first arrival. */
  readonly told: Told[] = [];
  /** Off, the machine gets no acknowledgement. */
  acknowledging = true;
  presence: Presence | undefined;
  private readonly journals = new Map<string, { upTo: number; contents: Map<number, string> }>();
  /** Events that came again with other content. */
  readonly changedEvents: MachineEvent[] = [];
  private readonly listeners = new Set<() => void>();
  private highestNumber = 0;

  constructor(
    readonly settings: StandSettings,
    readonly gateway: Gateway,
    readonly hands: Hands,
    readonly line: Line | undefined,
  ) {
    gateway.onArrival((arrival) => {
      this.hear(arrival);
      for (const look of this.listeners) look();
    });
  }

  // ------------------------------------------------------------------------------------------------------- commands

  /** The next grant: all that is right, with `changes`. */
  grantOf(changes: Partial<Grant> = {}): Grant {
    const { machineId, currency, exponent, goods } = this.settings;
    const [first, second] = goods;
    return {
      v: PROTOCOL_VERSION,
      type: 'grant',
      machineId,
      bootId: this.presence?.bootId ?? 'boot-unknown',
      purchaseId: randomUUID(),
      grantNumber: this.nextNumber(),
      currency,
      exponent,
      amountMinor: first.priceMinor + second.priceMinor,
      prices: [first, second].map(({ selection, priceMinor }) => ({ selection, priceMinor })),
      priceListVersion: 1,
      lifetimeMs: 300_000,
      selectionWindowMs: 300_000,
      at: new Date().toISOString(),
      ...changes,
    };
  }

  closeOf({ purchaseId, grantNumber }: Pick<Grant, 'purchaseId' | 'grantNumber'>): CloseGrant {
    const { machineId } = this.settings;
    return {
      v: PROTOCOL_VERSION,
      type: 'close',
      machineId,
      purchaseId,
      grantNumber,
      at: new Date().toISOString(),
    };
  }

  send(command: MachineCommand): void {
    this.gateway.command(command);
  }

  nextNumber(): number {
    this.highestNumber = Math.max(this.highestNumber, this.presence?.highestGrantNumber ?? 0) + 1;
    return this.highestNumber;
  }

  /** Sends a grant and waits for its answer. */
  async open(changes: Partial<Grant> = {}): Promise<Opened> {
    const grant = this.grantOf(changes);
    const sentAtMs = performance.now();
    this.send(grant);
    const answer = await this.event(grant, ['grant.accepted', 'grant.refused']);
    return { grant, sentAtMs, answer };
  }

  async end(grant: Pick<Grant, 'purchaseId' | 'grantNumber'>): Promise<Body<'session.closed'> | undefined> {
    this.send(this.closeOf(grant));
    return this.event(grant, ['session.closed']);
  }

  /**
   * Waits until the machine has taken in all that was sent before: it is asked to close a grant that never was, and
   * commands are taken in order (R24). What it has not answered or begun by then, it does not.
   */
  async fence(): Promise<boolean> {
    const unknown = { purchaseId: randomUUID(), grantNumber: this.nextNumber() };
    return (await this.end(unknown)) !== undefined;
  }

  /**
   * Nothing is open at the machine, and nothing is about to be: opening takes its time. It is offered a grant in a currency
   * for tests, which it refuses with `in-use` if it is at work, else with `bad-grant` (R11 gives the order).
   */
  async isIdle(): Promise<boolean> {
    const { answer } = await this.open({ currency: TEST_CURRENCY });
    return answer?.type === 'grant.refused' && answer.reason === 'bad-grant';
  }

  ack(journalId: string, upTo: number): void {
    const { machineId } = this.settings;
    const ack: EventAck = { v: PROTOCOL_VERSION, machineId, journalId, upTo, at: new Date().toISOString() };
    this.gateway.ack(ack);
  }

  /** Acknowledges all that has come. */
  ackAll(): void {
    for (const [journalId, { upTo }] of this.journals) this.ack(journalId, upTo);
  }

  // -------------------------------------------------------------------------------------------------- what was said

  /** @returns a place in `told`: what comes from now on lies behind it. */
  mark(): number {
    return this.told.length;
  }

  since(mark: number): MachineEvent[] {
    return this.told.slice(mark).map(({ event }) => event);
  }

  /** Everything that was said of a grant, in order. */
  saidOf({ purchaseId }: Pick<Grant, 'purchaseId'>, mark = 0): Body[] {
    return this.since(mark).flatMap(({ body }) =>
      'purchaseId' in body && body.purchaseId === purchaseId ? [body] : [],
    );
  }

  event<T extends MachineEventType>(
    grant: Pick<Grant, 'purchaseId'>,
    types: readonly T[],
    { count = 1, mark = 0 } = {},
  ): Promise<Body<T> | undefined> {
    return this.until(
      () => this.saidOf(grant, mark).filter(({ type }) => types.includes(type as T))[count - 1] as Body<T> | undefined,
    );
  }

  /**
   * What is said of a grant from now on, be it an event that came before or a new one with the same content: both are
   * right for a machine that is asked again (R10, R24).
   *
   * @param from a place in the gateway’s arrivals
   */
  again<T extends MachineEventType>(
    { purchaseId }: Pick<Grant, 'purchaseId'>,
    types: readonly T[],
    from: number,
  ): Promise<Body<T> | undefined> {
    return this.until(() => {
      const bodies = this.gateway.arrivals
        .slice(from)
        .flatMap(({ event }) => (event === undefined ? [] : [event.body]));
      const isIt = (body: Body) =>
        'purchaseId' in body && body.purchaseId === purchaseId && types.includes(body.type as T);
      return bodies.find(isIt) as Body<T> | undefined;
    });
  }

  /** Where the events of the present journal stand. */
  get journal(): { readonly journalId: string; readonly upTo: number } | undefined {
    const journalId = this.told.at(-1)?.event.journalId;
    const journal = journalId === undefined ? undefined : this.journals.get(journalId);
    return journalId === undefined || journal === undefined ? undefined : { journalId, upTo: journal.upTo };
  }

  /** Looks again after each message. @returns undefined when the patience is over */
  until<T>(find: () => T | undefined | false, withinMs = this.settings.patienceMs): Promise<T | undefined> {
    return new Promise((resolve) => {
      const end = (found: T | undefined): void => {
        clearTimeout(giveUp);
        this.listeners.delete(look);
        resolve(found);
      };
      const look = (): void => {
        const found = find();
        if (found !== undefined && found !== false) end(found);
      };
      const wait = (): NodeJS.Timeout => {
        const due = performance.now() + withinMs;
        // A computer that stood still meanwhile has not heard what came: it is given the time again.
        return setTimeout(() => {
          if (performance.now() - due > STOOD_STILL_MS) giveUp = wait();
          else end(undefined);
        }, withinMs);
      };
      let giveUp = wait();
      this.listeners.add(look);
      look();
    });
  }

  presenceWhere(wanted: (presence: Presence) => boolean, withinMs?: number): Promise<Presence | undefined> {
    return this.until(() => {
      const { presence } = this;
      return presence !== undefined && wanted(presence) ? presence : undefined;
    }, withinMs);
  }

  /** The machine is online and would take a grant. */
  ready(withinMs?: number): Promise<Presence | undefined> {
    return this.presenceWhere(isReady, withinMs);
  }

  /** Brings the machine back to where a trial begins. @returns false when it does not come back */
  async rest(): Promise<boolean> {
    this.acknowledging = true;
    this.line?.restore();
    this.ackAll();
    await this.until(() => this.openGrants().length > 0 || isReady(this.presence));
    for (const grant of this.openGrants()) {
      const mark = this.mark();
      this.send(this.closeOf(grant));
      await this.event(grant, ['session.closed'], { mark });
    }
    return (await this.ready()) !== undefined;
  }

  private openGrants(): { purchaseId: string; grantNumber: number }[] {
    const open = new Map<string, { purchaseId: string; grantNumber: number }>();
    for (const { event } of this.told) {
      if (event.body.type === 'grant.accepted') open.set(event.body.purchaseId, event.body);
      if (event.body.type === 'session.closed') open.delete(event.body.purchaseId);
    }
    return [...open.values()];
  }

  private hear({ presence, event, retained, atMs }: Arrival): void {
    if (presence !== undefined) {
      // The will of an earlier boot says nothing of the present one (R35).
      if (presence.online || this.presence?.bootId === presence.bootId) this.presence = presence;
    }
    if (event === undefined || retained) return;
    const { journalId, seq } = event;
    const journal = this.journals.get(journalId) ?? { upTo: 0, contents: new Map<number, string>() };
    this.journals.set(journalId, journal);
    const { oldest: _, ...content } = event;
    const text = JSON.stringify(content);
    const before = journal.contents.get(seq);
    if (before === undefined) {
      journal.contents.set(seq, text);
      this.told.push({ event, atMs });
    } else if (before !== text) {
      this.changedEvents.push(event);
    }
    // Behind a hole the kit goes on, or one fault would hide all others; the hole is seen at the end of the run.
    journal.upTo = Math.max(journal.upTo, seq);
    if (this.acknowledging) this.ack(journalId, journal.upTo);
  }
}

function isReady(presence: Presence | undefined): boolean {
  return presence?.online === true && presence.machineState === 'ready';
}
