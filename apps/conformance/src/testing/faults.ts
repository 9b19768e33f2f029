import { randomBytes, randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';

import type { BridgeConfig } from '#bridge/bridge.js';
import type { EventAck, Grant, MachineCommand, MachineEvent, MachineEventBody, Presence } from '#machine-protocol/messages.js';
import type { RuleId } from '#machine-protocol/rules.js';
import { linkKey, sign } from '#machine-protocol/signature.js';
import { topicOf } from '#machine-protocol/topics.js';

import type { Group } from '../kit/trial.js';
import type { Bend, Desk, Letter } from './relay.js';

/** Our own bridge with one rule broken. */
export interface PlantedFault {
  readonly what: string;
  readonly rule: RuleId;
  /** Where the kit must find it. */
  readonly group: Group;
  /** Words of the trials’ titles, where not all of the rule’s trials are needed. */
  readonly title?: string;
  /** Made anew for each run, as it may remember something. */
  bend?(): Bend;
  /** Done before each start but the first. */
  beforeRestart?(config: BridgeConfig): Promise<void>;
}

type Loose = Record<string, unknown>;

/** What is in the envelope, whoever signed it. */
function open(letter: Letter): unknown {
  const { body } = JSON.parse(letter.payload.toString()) as { body: string };
  return JSON.parse(body) as unknown;
}

/** Undefined for what is no JSON: spoilt messages go through as they are. */
function opened(letter: Letter): Loose | undefined {
  try {
    const message = open(letter);
    return typeof message === 'object' && message !== null && !Array.isArray(message) ? (message as Loose) : undefined;
  } catch {
    return undefined;
  }
}

/** Changes what comes, when its MAC would have been right in any case. @param change undefined drops it */
function commands(change: (command: MachineCommand, desk: Desk) => MachineCommand | undefined): NonNullable<Bend['toMachine']> {
  return (letter, desk) => {
    const command = letter.channel === 'command' ? opened(letter) : undefined;
    if (command === undefined) return [letter];
    const changed = change(command as MachineCommand, desk);
    return changed === undefined ? [] : [desk.letter('command', changed, { retain: letter.retain })];
  };
}

function grants(change: (grant: Grant) => Partial<Grant>): () => Bend {
  return () => ({
    toMachine: commands((command) => (command.type === 'grant' ? { ...command, ...change(command) } : command)),
  });
}

function events(change: (event: MachineEvent) => MachineEvent | undefined): NonNullable<Bend['fromMachine']> {
  return (letter, desk) => {
    if (letter.channel !== 'event') return [letter];
    const changed = change(open(letter) as MachineEvent);
    return changed === undefined ? [] : [desk.letter('event', changed)];
  };
}

function bodies(change: (body: MachineEventBody) => MachineEventBody): () => Bend {
  return () => ({ fromMachine: events((event) => ({ ...event, body: change(event.body) })) });
}

function presences(change: (presence: Presence) => Presence, letter?: Partial<Letter>): NonNullable<Bend['fromMachine']> {
  return (given, desk) =>
    given.channel === 'presence' ? [desk.letter('presence', change(open(given) as Presence), letter)] : [given];
}

/** Sees every number as a new one: the bridge behind never finds one old. */
function blindToNumbers(): Bend {
  const numbers = new Map<string, { theirs: number; ours: number }>();
  let last = 0;
  let highest = 0;
  const restored = <T extends { purchaseId: string; grantNumber: number }>(body: T): T => ({
    ...body,
    grantNumber: numbers.get(body.purchaseId)?.theirs ?? body.grantNumber,
  });
  return {
    toMachine: commands((command) => {
      if (typeof command.purchaseId !== 'string') return command;
      const known = numbers.get(command.purchaseId) ?? { theirs: command.grantNumber, ours: (last += 1) };
      numbers.set(command.purchaseId, known);
      highest = Math.max(highest, command.grantNumber);
      return { ...command, grantNumber: known.ours };
    }),
    fromMachine: (letter, desk) => {
      if (letter.channel === 'presence') {
        return [desk.letter('presence', { ...(open(letter) as Presence), highestGrantNumber: highest })];
      }
      const event = open(letter) as MachineEvent;
      const body = 'purchaseId' in event.body ? restored(event.body) : event.body;
      return [desk.letter('event', { ...event, body })];
    },
  };
}

/** Opens whatever is granted, whichever boot it is for. */
function blindToBoots(): Bend {
  let present = '';
  return {
    toMachine: commands((command) => (command.type === 'grant' ? { ...command, bootId: present } : command)),
    fromMachine: presences((presence) => {
      present = presence.bootId;
      return presence;
    }),
  };
}

/** Says after a restart that it is still the boot before. */
function oneBootForEver(): Bend {
  let first: string | undefined;
  let present = '';
  return {
    toMachine: commands((command) =>
      command.type === 'grant' && command.bootId === first ? { ...command, bootId: present } : command,
    ),
    fromMachine: presences((presence) => {
      first ??= presence.bootId;
      present = presence.bootId;
      return { ...presence, bootId: first };
    }),
  };
}

/** Keeps a grant that it cannot serve now, and serves it later. */
function keepsForLater(): Bend {
  const kept: Letter[] = [];
  let isReady = true;
  return {
    toMachine: (letter) => {
      const command = letter.channel === 'command' ? (opened(letter) as MachineCommand | undefined) : undefined;
      if (command?.type !== 'grant' || isReady) {
        // From now on it is busy, until it says that it is ready again.
        if (command?.type === 'grant') isReady = false;
        return [letter];
      }
      kept.push(letter);
      return [];
    },
    fromMachine: (letter, desk) => {
      if (letter.channel === 'presence') {
        isReady = (open(letter) as Presence).machineState === 'ready';
        const next = isReady ? kept.shift() : undefined;
        if (next !== undefined) desk.toMachine(next);
      }
      return [letter];
    },
  };
}

/** Takes the broker’s PUBACK for the server’s word, and forgets the event. */
function forgetsWhatWasSent(): Bend {
  return {
    fromMachine: (letter, desk) => {
      if (letter.channel === 'event') acknowledge(open(letter) as MachineEvent, desk);
      return [letter];
    },
  };
}

/** Sends everything it has at once, and all of it again until it is acknowledged. */
function withoutPace(): Bend {
  const waiting = new Map<number, Letter>();
  return {
    toMachine: (letter) => {
      if (letter.channel === 'ack') {
        const { upTo } = open(letter) as EventAck;
        for (const seq of waiting.keys()) if (seq <= upTo) waiting.delete(seq);
      }
      return [letter];
    },
    fromMachine: (letter, desk) => {
      if (letter.channel === 'event') {
        const event = open(letter) as MachineEvent;
        waiting.set(event.seq, letter);
        acknowledge(event, desk);
        return [letter];
      }
      // With the regular presence.
      return [letter, ...waiting.values()];
    },
  };
}

function acknowledge({ machineId, journalId, seq }: MachineEvent, desk: Desk): void {
  const ack: EventAck = { v: 1, machineId, journalId, upTo: seq, at: new Date().toISOString() };
  desk.toMachine(desk.letter('ack', ack));
}

/** Counts one number too many after the second event. */
function leavesNumberOut(): Bend {
  const shift = (seq: number) => (seq > 2 ? seq + 1 : seq);
  return {
    toMachine: (letter, desk) => {
      if (letter.channel !== 'ack') return [letter];
      const ack = open(letter) as EventAck;
      return [desk.letter('ack', { ...ack, upTo: ack.upTo > 2 ? ack.upTo - 1 : ack.upTo })];
    },
    fromMachine: events(({ oldest, ...event }) => ({
      ...event,
      seq: shift(event.seq),
      ...(oldest !== undefined && { oldest: shift(oldest) }),
    })),
  };
}

/** Gives the number of the event before a second time, to another one. */
function givesNumberTwice(): Bend {
  return {
    fromMachine: (letter, desk) => {
      if (letter.channel !== 'event') return [letter];
      const event = open(letter) as MachineEvent;
      return event.seq === 1 ? [letter] : [letter, desk.letter('event', { ...event, seq: event.seq - 1 })];
    },
  };
}

/** Serves a grant that is over once more when it comes again. */
function startsAnewOnRepeat(): Bend {
  const names = new Map<string, { purchaseId: string; grantNumber: number }>();
  const originals = new Map<string, { purchaseId: string; grantNumber: number }>();
  const over = new Set<string>();
  let spare = 1_000_000;
  return {
    toMachine: commands((command) => {
      if (command.type === 'grant' && over.has(command.purchaseId)) {
        over.delete(command.purchaseId);
        const another = { purchaseId: randomUUID(), grantNumber: (spare += 1) };
        names.set(command.purchaseId, another);
        originals.set(another.purchaseId, { purchaseId: command.purchaseId, grantNumber: command.grantNumber });
      }
      return { ...command, ...names.get(command.purchaseId) };
    }),
    fromMachine: (letter, desk) => {
      if (letter.channel !== 'event') return [letter];
      const event = open(letter) as MachineEvent;
      if (!('purchaseId' in event.body)) return [letter];
      const body = { ...event.body, ...originals.get(event.body.purchaseId) };
      if (body.type === 'session.closed' && body.reason !== 'never-opened') over.add(body.purchaseId);
      return [desk.letter('event', { ...event, body })];
    },
  };
}

/** Says nothing more of a grant that is over. */
function forgetsWhatIsOver(): Bend {
  const over = new Set<string>();
  return {
    toMachine: commands((command) => (command.type === 'close' && over.has(command.purchaseId) ? undefined : command)),
    fromMachine: (letter) => {
      const event = letter.channel === 'event' ? (open(letter) as MachineEvent) : undefined;
      if (event?.body.type === 'session.closed') over.add(event.body.purchaseId);
      return [letter];
    },
  };
}

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    what: 'publishes on a topic of its own invention',
    rule: 'R1',
    group: 'connection',
    title: 'connects again',
    bend: () => ({
      fromMachine: (letter, desk) => {
        if (letter.channel === 'presence') desk.publish(`vendrail/v1/${desk.machineId}/debug`, 'hello');
        return [letter];
      },
    }),
  },
  {
    what: 'keeps its session at the broker',
    rule: 'R2',
    group: 'connection',
    title: 'connects again',
    bend: () => ({ connect: (options) => ({ ...options, clean: false }) }),
  },
  {
    what: 'takes text for a number',
    rule: 'R3',
    group: 'form',
    title: 'priceListVersion',
    bend: () => ({
      toMachine: commands((command) =>
        command.type === 'grant' && typeof command.priceListVersion === 'string'
          ? { ...command, priceListVersion: Number(command.priceListVersion) }
          : command,
      ),
    }),
  },
  {
    what: 'does not look at the MAC',
    rule: 'R4',
    group: 'mac',
    title: 'A MAC',
    bend: () => ({
      toMachine: (letter, desk) => {
        const message = opened(letter);
        return message === undefined ? [letter] : [desk.letter(letter.channel, message, { retain: letter.retain })];
      },
    }),
  },
  {
    what: 'signs some events with another key',
    rule: 'R4',
    group: 'whole-run',
    bend: () => {
      const other = linkKey(randomBytes(32).toString('hex'));
      return {
        fromMachine: (letter, desk) => {
          const event = letter.channel === 'event' ? (open(letter) as MachineEvent) : undefined;
          if (event?.body.type !== 'grant.accepted') return [letter];
          const forged = sign(topicOf(desk.machineId, 'event'), JSON.stringify(event), other);
          return [{ ...letter, payload: Buffer.from(forged) }];
        },
      };
    },
  },
  {
    what: 'does not retain its presence',
    rule: 'R5',
    group: 'connection',
    bend: () => ({ fromMachine: presences((presence) => presence, { retain: false }) }),
  },
  {
    what: 'has no last will',
    rule: 'R6',
    group: 'connection',
    bend: () => ({ connect: ({ will: _, ...options }) => options }),
  },
  { what: 'keeps its boot id over restarts', rule: 'R7', group: 'restart', title: 'orderly way', bend: oneBootForEver },
  {
    what: 'says ready while a session is open',
    rule: 'R8',
    group: 'presence',
    title: 'opened and closed',
    bend: () => ({
      fromMachine: presences((presence) =>
        presence.machineState === 'in-use' ? { ...presence, machineState: 'ready' } : presence,
      ),
    }),
  },
  { what: 'serves a grant again that is over', rule: 'R10', group: 'grants', bend: startsAnewOnRepeat },
  { what: 'accepts an old number', rule: 'R11', group: 'grants', bend: blindToNumbers },
  { what: 'accepts a grant for another boot', rule: 'R12', group: 'grants', bend: blindToBoots },
  { what: 'keeps a second grant until the first is over', rule: 'R13', group: 'grants', bend: keepsForLater },
  {
    what: 'does not look at the currency',
    rule: 'R14',
    group: 'grants',
    bend: grants(() => ({ currency: 'EUR' })),
  },
  { what: 'keeps a grant until it is ready', rule: 'R15', group: 'presence', bend: keepsForLater },
  {
    what: 'does not measure the life time',
    rule: 'R16',
    group: 'limits',
    bend: grants(() => ({ lifetimeMs: 3_600_000 })),
  },
  {
    what: 'waits for a payer without an end',
    rule: 'R17',
    group: 'limits',
    bend: grants(() => ({ selectionWindowMs: 600_000 })),
  },
  {
    what: 'obeys a retained command',
    rule: 'R18',
    group: 'connection',
    bend: () => ({ toMachine: (letter) => [{ ...letter, retain: false }] }),
  },
  {
    what: 'approves more than was granted',
    rule: 'R19',
    group: 'sale',
    bend: grants(({ amountMinor }) => ({ amountMinor: amountMinor + 1_000 })),
  },
  {
    what: 'sells what is not in the grant',
    rule: 'R19',
    group: 'sale',
    bend: grants(({ prices }) => ({ prices: [...prices, { selection: 13, priceMinor: 130 }], amountMinor: 5_000 })),
  },
  {
    what: 'does not compare the prices',
    rule: 'R19',
    group: 'sale',
    bend: grants(({ prices }) => ({
      prices: prices.map(({ selection }) => ({ selection, priceMinor: selection * 10 })),
    })),
  },
  {
    what: 'counts the choices from 2',
    rule: 'R20',
    group: 'sale',
    bend: bodies((body) => ('vendNumber' in body ? { ...body, vendNumber: body.vendNumber + 1 } : body)),
  },
  {
    what: 'says dispensed when nothing came out',
    rule: 'R21',
    group: 'sale',
    bend: bodies((body) => {
      if (body.type !== 'vend.failed') return body;
      const { reason: _, ...rest } = body;
      return { ...rest, type: 'vend.dispensed' };
    }),
  },
  {
    what: 'adds up its closing report wrongly',
    rule: 'R22',
    group: 'sale',
    bend: bodies((body) =>
      body.type === 'session.closed' ? { ...body, dispensedMinor: body.dispensedMinor + 1 } : body,
    ),
  },
  {
    what: 'does not say that it was asked to close',
    rule: 'R23',
    group: 'closing',
    bend: bodies((body) =>
      body.type === 'session.closed' && body.reason === 'asked' ? { ...body, reason: 'machine' } : body,
    ),
  },
  { what: 'does not answer a close of what is over', rule: 'R24', group: 'closing', bend: forgetsWhatIsOver },
  { what: 'leaves a number out', rule: 'R25', group: 'whole-run', bend: leavesNumberOut },
  { what: 'gives a number twice', rule: 'R25', group: 'whole-run', bend: givesNumberTwice },
  { what: 'takes the broker’s PUBACK for an acknowledgement', rule: 'R26', group: 'events', title: 'not acknowledged, then', bend: forgetsWhatWasSent },
  { what: 'sends all that it has at once', rule: 'R27', group: 'events', bend: withoutPace },
  {
    what: 'believes the acknowledgement of another journal',
    rule: 'R29',
    group: 'events',
    bend: () => {
      let own = '';
      return {
        toMachine: (letter, desk) =>
          letter.channel === 'ack' ? [desk.letter('ack', { ...(open(letter) as EventAck), journalId: own })] : [letter],
        fromMachine: events((event) => {
          own = event.journalId;
          return event;
        }),
      };
    },
  },
  {
    what: 'forgets its journal at a restart',
    rule: 'R30',
    group: 'restart',
    title: 'orderly way',
    beforeRestart: ({ journalDir }) => rm(journalDir, { recursive: true, force: true }),
  },
  {
    what: 'does not say that the power was cut',
    rule: 'R31',
    group: 'restart',
    bend: bodies((body) =>
      body.type === 'session.closed' && body.reason === 'power-cut' ? { ...body, reason: 'machine' } : body,
    ),
  },
  {
    what: 'compares clocks',
    rule: 'R32',
    group: 'grants',
    bend: () => ({
      toMachine: commands((command) =>
        Math.abs(Date.parse(command.at) - Date.now()) > 86_400_000 ? undefined : command,
      ),
    }),
  },
];
