import { randomUUID } from 'node:crypto';

import type {
  EventAck,
  Grant,
  MachineCommand,
  MachineEvent,
  MachineEventBody,
  Presence,
} from '#machine-protocol/messages.js';

import type { Bend, Desk, Letter } from './relay.js';

type Loose = Record<string, unknown>;

/** What is in the envelope, whoever signed it. */
export function open(letter: Letter): unknown {
  const { body } = JSON.parse(letter.payload.toString()) as { body: string };
  return JSON.parse(body) as unknown;
}

/** Undefined for what is no JSON: spoilt messages go through as they are. */
export function opened(letter: Letter): Loose | undefined {
  try {
    const message = open(letter);
    return typeof message === 'object' && message !== null && !Array.isArray(message) ? (message as Loose) : undefined;
  } catch {
    return undefined;
  }
}

/** Changes what comes, when its MAC would have been right in any case. @param change undefined drops it */
export function commands(
  change: (command: MachineCommand, desk: Desk) => MachineCommand | undefined,
): NonNullable<Bend['toMachine']> {
  return (letter, desk) => {
    const command = letter.channel === 'command' ? opened(letter) : undefined;
    if (command === undefined) return [letter];
    const changed = change(command as MachineCommand, desk);
    return changed === undefined ? [] : [desk.letter('command', changed, { retain: letter.retain })];
  };
}

export function grants(change: (grant: Grant) => Partial<Grant>): () => Bend {
  return () => ({
    toMachine: commands((command) => (command.type === 'grant' ? { ...command, ...change(command) } : command)),
  });
}

export function events(change: (event: MachineEvent) => MachineEvent | undefined): NonNullable<Bend['fromMachine']> {
  return (letter, desk) => {
    if (letter.channel !== 'event') return [letter];
    const changed = change(open(letter) as MachineEvent);
    return changed === undefined ? [] : [desk.letter('event', changed)];
  };
}

export function bodies(change: (body: MachineEventBody) => MachineEventBody): () => Bend {
  return () => ({ fromMachine: events((event) => ({ ...event, body: change(event.body) })) });
}

export function presences(
  change: (presence: Presence) => Presence,
  letter?: Partial<Letter>,
): NonNullable<Bend['fromMachine']> {
  return (given, desk) =>
    given.channel === 'presence' ? [desk.letter('presence', change(open(given) as Presence), letter)] : [given];
}

/** Sees every number as a new one: the bridge behind never finds one old. */
export function blindToNumbers(): Bend {
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
export function blindToBoots(): Bend {
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
export function oneBootForEver(): Bend {
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
export function keepsForLater(): Bend {
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
export function forgetsWhatWasSent(): Bend {
  return {
    fromMachine: (letter, desk) => {
      if (letter.channel === 'event') acknowledge(open(letter) as MachineEvent, desk);
      return [letter];
    },
  };
}

/** Sends everything it has at once, and all of it again until it is acknowledged. */
export function withoutPace(): Bend {
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
export function leavesNumberOut(): Bend {
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
export function givesNumberTwice(): Bend {
  return {
    fromMachine: (letter, desk) => {
      if (letter.channel !== 'event') return [letter];
      const event = open(letter) as MachineEvent;
      return event.seq === 1 ? [letter] : [letter, desk.letter('event', { ...event, seq: event.seq - 1 })];
    },
  };
}

/** Serves a grant that is over once more when it comes again. */
export function startsAnewOnRepeat(): Bend {
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
export function forgetsWhatIsOver(): Bend {
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
