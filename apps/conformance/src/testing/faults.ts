import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';

import type { BridgeConfig } from '#bridge/bridge.js';
import type { EventAck, MachineEvent } from '#machine-protocol/messages.js';
import type { RuleId } from '#machine-protocol/rules.js';
import { linkKey, sign } from '#machine-protocol/signature.js';
import { topicOf } from '#machine-protocol/topics.js';

import type { Group } from '../kit/trial.js';
import {
  blindToBoots,
  blindToNumbers,
  bodies,
  commands,
  events,
  forgetsWhatIsOver,
  forgetsWhatWasSent,
  givesNumberTwice,
  grants,
  keepsForLater,
  leavesNumberOut,
  oneBootForEver,
  open,
  opened,
  presences,
  startsAnewOnRepeat,
  withoutPace,
} from './bends.js';
import type { Bend } from './relay.js';

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
  {
    what: 'takes the broker’s PUBACK for an acknowledgement',
    rule: 'R26',
    group: 'events',
    title: 'not acknowledged, then',
    bend: forgetsWhatWasSent,
  },
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
