import { presence as presenceSchema } from '#machine-protocol/messages.js';
import type { Presence } from '#machine-protocol/messages.js';
import { topicOf } from '#machine-protocol/topics.js';

import type { Arrival } from '../kit/gateway.js';
import type { Connection } from '../kit/line.js';
import type { Stand } from '../kit/stand.js';
import { equal, holds, trial } from '../kit/trial.js';

interface Connecting {
  readonly before: Presence | undefined;
  readonly gone: Presence | undefined;
  readonly back: Presence | undefined;
  readonly kept: Arrival | undefined;
  readonly connection: Connection | undefined;
  readonly will: Presence | string;
  readonly topics: {
    readonly ack: string;
    readonly command: string;
    readonly presence: string;
    readonly event: string;
  };
}

function readWill(stand: Stand, connection: Connection | undefined): Presence | string {
  if (connection?.will === undefined) return 'there is no last will';
  try {
    return stand.gateway.readPresence(connection.will.payload);
  } catch (error) {
    return String(error);
  }
}

/** Loses the line, so that the broker publishes the will, and watches the machine connect again. */
async function connectAnew(stand: Stand): Promise<Connecting> {
  const { line, gateway } = stand;
  const before = stand.presence;
  const known = line?.connections.length ?? 0;
  line?.cut();
  const gone = await stand.presenceWhere(({ online }) => !online);
  line?.restore();
  const back = await stand.presenceWhere(({ online }) => online, reconnectWithin(stand));
  // Without a last will the presence of before still counts: wait for what the machine does first.
  const spoken = () => line?.connections.slice(known).at(-1)?.published.length ?? 0;
  await stand.until(() => spoken() > 0, reconnectWithin(stand));
  const connection = line?.connections.slice(known).at(-1);
  const kept = await gateway.keptPresence(stand.settings.patienceMs);
  const { machineId } = gateway;
  const topics = {
    ack: topicOf(machineId, 'ack'),
    command: topicOf(machineId, 'command'),
    presence: topicOf(machineId, 'presence'),
    event: topicOf(machineId, 'event'),
  };
  return { before, gone, back, kept, connection, will: readWill(stand, connection), topics };
}

/** Machines pause between two attempts to connect, longer each time. */
const RECONNECT_WITHIN_MS = 90_000;

export function reconnectWithin({ settings }: Stand): number {
  return Math.max(settings.patienceMs, Math.min(RECONNECT_WITHIN_MS, settings.patienceMs * 6));
}

export const CONNECTION = [
  trial<Connecting>({
    group: 'connection',
    title: 'The line is cut, and the machine connects again',
    needs: ['line'],
    play: connectAnew,
    checks: [
      {
        rule: 'R2',
        expects: 'MQTT 3.1.1 is spoken',
        judge: ({ connection }) => equal(connection?.protocolVersion, 4),
      },
      {
        rule: 'R2',
        expects: 'the session is a clean one',
        judge: ({ connection }) => equal(connection?.clean, true),
      },
      {
        rule: 'R2',
        expects: 'the keep-alive is 1 to 60 s',
        judge: ({ connection }) => {
          const seconds = connection?.keepAliveSeconds ?? 0;
          return holds(seconds >= 1 && seconds <= 60, `${seconds} s`);
        },
      },
      {
        rule: 'R1',
        expects: 'it subscribes to its own command and ack, and to nothing else',
        judge: ({ connection, topics }) =>
          equal(connection?.subscriptions.map(({ topic }) => topic).toSorted(), [topics.ack, topics.command]),
      },
      {
        rule: 'R1',
        expects: 'it publishes on its own presence and event only',
        judge: ({ connection, topics }) => {
          const seen = [...new Set(connection?.published.map(({ topic }) => topic))];
          const own: readonly string[] = [topics.presence, topics.event];
          return holds(connection !== undefined && seen.every((topic) => own.includes(topic)), seen);
        },
      },
      {
        rule: 'R1',
        expects: 'it publishes with QoS 1',
        judge: ({ connection }) => equal([...new Set(connection?.published.map(({ qos }) => qos))], [1]),
      },
      {
        rule: 'R1',
        expects: 'events are not retained',
        judge: ({ connection, topics }) =>
          equal(connection?.published.filter(({ topic, retain }) => topic === topics.event && retain).length, 0),
      },
      {
        rule: 'R5',
        expects: 'the presence is published retained',
        judge: ({ connection, topics }) => {
          const seen = connection?.published
            .filter(({ topic }) => topic === topics.presence)
            .map(({ retain }) => retain);
          return holds(seen?.length !== 0 && (seen?.every(Boolean) ?? false), seen?.length === 0 ? undefined : seen);
        },
      },
      {
        rule: 'R5',
        expects: 'a presence comes as soon as it is connected',
        judge: ({ back }) => holds(back !== undefined, back),
      },
      {
        rule: 'R5',
        expects: 'nothing is published before the subscriptions stand',
        judge: ({ connection }) => equal(connection?.published.filter(({ subscribed }) => !subscribed).length, 0),
      },
      {
        rule: 'R5',
        expects: 'somebody who subscribes later gets the presence',
        judge: ({ kept }) => holds(kept?.presence?.online === true, kept?.presence ?? kept?.fault?.message),
      },
      {
        rule: 'R7',
        expects: 'the boot id is kept over a reconnection',
        judge: ({ back, before }) => equal(back?.bootId, before?.bootId),
      },
      {
        rule: 'R6',
        expects: 'the broker publishes the last will when the line is lost',
        judge: ({ gone }) => holds(gone !== undefined, gone),
      },
      {
        rule: 'R6',
        expects: 'there is a last will on the presence topic',
        judge: ({ connection, topics }) => equal(connection?.will?.topic, topics.presence),
      },
      {
        rule: 'R6',
        expects: 'the last will has QoS 1',
        judge: ({ connection }) => equal(connection?.will?.qos, 1),
      },
      {
        rule: 'R6',
        expects: 'the last will is retained',
        judge: ({ connection }) => equal(connection?.will?.retain, true),
      },
      {
        rule: 'R6',
        expects: 'the last will is a signed presence',
        judge: ({ will }) => holds(typeof will !== 'string', will),
      },
      {
        rule: 'R6',
        expects: 'the last will says online: false',
        judge: ({ will }) => (typeof will === 'string' ? holds(false, will) : equal(will.online, false)),
      },
      {
        rule: 'R6',
        expects: 'the last will names the boot that connected',
        judge: ({ will, back }) => (typeof will === 'string' ? holds(false, will) : equal(will.bootId, back?.bootId)),
      },
    ],
  }),

  trial({
    group: 'connection',
    title: 'A grant is sent while the machine is away, with QoS 1 so that a broker could keep it',
    needs: ['line'],
    play: async (stand) => {
      const { line, gateway } = stand;
      line?.cut();
      await stand.presenceWhere(({ online }) => !online);
      const grant = stand.grantOf();
      await gateway.publish('command', gateway.signed('command', JSON.stringify(grant)), { qos: 1 });
      line?.restore();
      const back = await stand.presenceWhere(({ online }) => online, reconnectWithin(stand));
      const fenced = await stand.fence();
      const isIdle = await stand.isIdle();
      return { said: stand.saidOf(grant), back, fenced, isIdle };
    },
    checks: [
      {
        rule: 'R2',
        expects: 'it is never delivered',
        judge: ({ said, isIdle }) => holds(isIdle && said.length === 0, said),
      },
      {
        rule: 'R5',
        expects: 'the machine is back and answers',
        judge: ({ back, fenced }) => holds(back !== undefined && fenced, back),
      },
    ],
  }),

  trial({
    group: 'connection',
    title: 'A broker keeps a grant and a close as retained messages',
    needs: ['line'],
    play: async (stand) => {
      const { line, gateway } = stand;
      const seen = [];
      const away = stand.grantOf();
      for (const command of [away, stand.closeOf({ ...away, grantNumber: stand.nextNumber() })]) {
        line?.cut();
        await stand.presenceWhere(({ online }) => !online);
        await gateway.publish('command', gateway.signed('command', JSON.stringify(command)), { qos: 1, retain: true });
        line?.restore();
        await stand.presenceWhere(({ online }) => online, reconnectWithin(stand));
        await stand.fence();
        const isIdle = await stand.isIdle();
        seen.push({ isIdle, said: stand.saidOf(command) });
        await gateway.publish('command', '', { qos: 1, retain: true });
      }
      return { grant: seen[0], close: seen[1] };
    },
    checks: [
      {
        rule: 'R18',
        expects: 'the retained grant is dropped',
        judge: ({ grant }) => equal(grant, { isIdle: true, said: [] }),
      },
      {
        rule: 'R18',
        expects: 'the retained close is dropped',
        judge: ({ close }) => equal(close, { isIdle: true, said: [] }),
      },
    ],
  }),
];

/** R5: at least every 20 s. */
const PRESENCE_EVERY_MS = 20_000;

export const PRESENCE = [
  trial({
    group: 'presence',
    title: 'Nothing happens at the machine',
    needs: [],
    play: async (stand) => {
      await stand.ready();
      const mark = stand.gateway.arrivals.length;
      const next = () => stand.gateway.arrivals.slice(mark).find(({ presence }) => presence !== undefined);
      const found = await stand.until(next, PRESENCE_EVERY_MS + stand.settings.patienceMs);
      return { first: stand.presence, next: found };
    },
    checks: [
      {
        rule: 'R5',
        expects: 'the presence comes again within 20 s',
        judge: ({ next }) => holds(next !== undefined, next?.presence),
      },
      {
        rule: 'R4',
        expects: 'the presence is signed with the machine’s key',
        judge: ({ next }) => holds(next !== undefined && next.fault === undefined, next?.fault?.message ?? 'it is'),
      },
      {
        rule: 'R3',
        expects: 'the presence has the form of the protocol',
        judge: ({ first }) => holds(presenceSchema.safeParse(first).success, first),
      },
      {
        rule: 'R8',
        expects: 'no purchase is said to be open',
        judge: ({ first }) => holds(first !== undefined && first.openPurchaseId === undefined, first),
      },
    ],
  }),

  trial({
    group: 'presence',
    title: 'A grant is opened and closed',
    needs: [],
    play: async (stand) => {
      const idle = await stand.ready();
      const { grant, answer } = await stand.open();
      const during = await stand.presenceWhere(({ machineState }) => machineState === 'in-use');
      const shown = await stand.presenceWhere(({ openPurchaseId }) => openPurchaseId === grant.purchaseId);
      await stand.end(grant);
      const after = await stand.ready();
      return { idle, grant, answer, during, shown, after };
    },
    checks: [
      { rule: 'R8', expects: 'the machine is ready before', judge: ({ idle }) => holds(idle !== undefined, idle) },
      {
        rule: 'R8',
        expects: 'a ready machine accepts a grant',
        judge: ({ answer }) => equal(answer?.type, 'grant.accepted'),
      },
      {
        rule: 'R8',
        expects: 'the state becomes in-use',
        judge: ({ during }) => holds(during !== undefined, during?.machineState),
      },
      {
        rule: 'R8',
        expects: 'the presence names the open purchase',
        judge: ({ shown }) => holds(shown !== undefined, shown?.openPurchaseId),
      },
      {
        rule: 'R8',
        expects: 'highestGrantNumber is this grant’s',
        judge: ({ after, grant }) => equal(after?.highestGrantNumber, grant.grantNumber),
      },
      {
        rule: 'R8',
        expects: 'the machine is ready again afterwards',
        judge: ({ after }) => holds(after !== undefined && after.openPurchaseId === undefined, after),
      },
    ],
  }),

  trial({
    group: 'presence',
    title: 'The machine is taken out of service, and put back',
    needs: ['service'],
    play: async (stand) => {
      await stand.hands.setOutOfService(true);
      const out = await stand.presenceWhere(({ machineState }) => machineState === 'disabled');
      const refused = await stand.open();
      await stand.hands.setOutOfService(false);
      const back = await stand.ready();
      await stand.fence();
      return { out, refused, back, said: stand.saidOf(refused.grant) };
    },
    checks: [
      { rule: 'R8', expects: 'the state becomes disabled', judge: ({ out }) => equal(out?.machineState, 'disabled') },
      {
        rule: 'R15',
        expects: 'a grant is refused with not-ready',
        judge: ({ refused: { answer } }) =>
          equal(answer?.type === 'grant.refused' ? answer.reason : answer?.type, 'not-ready'),
      },
      { rule: 'R8', expects: 'the machine is ready again', judge: ({ back }) => holds(back !== undefined, back) },
      {
        rule: 'R15',
        expects: 'the grant is not kept for later',
        judge: ({ said }) =>
          equal(
            said.map(({ type }) => type),
            ['grant.refused'],
          ),
      },
    ],
  }),
];
