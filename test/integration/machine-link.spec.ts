import { randomUUID } from 'node:crypto';

import { type MqttClient, connectAsync } from 'mqtt';

import type { LinkCredentials } from '#fleet/link/credentials.js';
import { decodeAck, encode } from '#machine-protocol/codec.js';
import type { EventAck, MachineEvent, MachineEventBody, Presence } from '#machine-protocol/messages.js';
import { type LinkKey, linkKey, open, sign } from '#machine-protocol/signature.js';
import { CHANNELS, type Channel, topicOf } from '#machine-protocol/topics.js';

import { enrol } from '../support/enrol.js';
import { eventually } from '../support/eventually.js';
import { TEST_SECRET, TestSystem } from '../support/test-system.js';

const AT = '2026-11-21T12:00:00.000Z';
/** A machine of the seed that nobody else plays. */
const MACHINE = 'helsinki-central-2';
const FAULT: MachineEventBody = { type: 'fault', code: 'line', detail: 'noise' };

/** A bridge that says whatever a test wants it to say. */
class TestBridge {
  private readonly acks: EventAck[] = [];
  private readonly waiting: ((ack: EventAck) => void)[] = [];
  /** How its acknowledgements came. */
  readonly manners: { readonly qos: number; readonly retained: boolean }[] = [];
  readonly journalId = `journal-${randomUUID()}`;

  private constructor(
    private readonly client: MqttClient,
    private readonly key: LinkKey,
  ) {
    client.on('message', (topic, payload, { qos, retain: retained }) => {
      this.manners.push({ qos, retained });
      const ack = decodeAck(open(topic, payload, [key]).body, MACHINE);
      if (ack.journalId !== this.journalId) return;
      const waiting = this.waiting.shift();
      if (waiting === undefined) this.acks.push(ack);
      else waiting(ack);
    });
  }

  static async connect(url: string, { key, password }: LinkCredentials): Promise<TestBridge> {
    const client = await connectAsync(url, { protocolVersion: 4, username: MACHINE, password });
    await client.subscribeAsync(topicOf(MACHINE, 'ack'), { qos: 1 });
    return new TestBridge(client, linkKey(key));
  }

  event(seq: number, body: MachineEventBody = FAULT, changes: Partial<MachineEvent> = {}): string {
    const { journalId } = this;
    const event = { v: 1, machineId: MACHINE, journalId, bootId: 'boot-0001', seq, at: AT, body, ...changes } as const;
    return this.signed('event', encode(event));
  }

  /** @returns how far the server says that it is. */
  async report(payload: string): Promise<number> {
    const ack = this.acks.shift() ?? new Promise<EventAck>((resolve) => this.waiting.push(resolve));
    await this.client.publishAsync(topicOf(MACHINE, 'event'), payload, { qos: 1 });
    return (await ack).upTo;
  }

  async say(changes: Partial<Presence>): Promise<void> {
    const presence: Presence = {
      v: 1,
      machineId: MACHINE,
      bootId: 'boot-0001',
      online: true,
      machineState: 'ready',
      simulated: true,
      adapter: 'test',
      software: 'test',
      unacknowledged: 0,
      highestGrantNumber: 0,
      at: AT,
      ...changes,
    };
    await this.client.publishAsync(topicOf(MACHINE, 'presence'), this.signed('presence', encode(presence)), { qos: 1 });
  }

  /** As somebody does who has the machine's key. */
  signed(channel: Channel, body: string): string {
    return sign(topicOf(MACHINE, channel), body, this.key);
  }

  publish(topic: string, payload: string): Promise<unknown> {
    return this.client.publishAsync(topic, payload, { qos: 1 });
  }

  close(): Promise<void> {
    return this.client.endAsync();
  }
}

describe('the server’s end of the machine link', () => {
  let system: TestSystem;
  let bridge: TestBridge;
  let credentials: LinkCredentials;

  beforeAll(async () => {
    system = await TestSystem.start();
    credentials = await enrol(system.local.databaseUrl, TEST_SECRET, MACHINE);
  });

  beforeEach(async () => {
    bridge = await TestBridge.connect(system.local.mqttUrl, credentials);
  });

  afterEach(() => bridge.close());
  afterAll(() => system.stop());

  const recorded = () =>
    system.query<{ seq: number; type: string; rejected: string | null }>(
      'SELECT seq, type, rejected FROM machine_events WHERE machine_id = $1 AND journal_id = $2 ORDER BY seq',
      [MACHINE, bridge.journalId],
    );

  describe('takes events in', () => {
    it('one after the other, and acknowledges what is written down', async () => {
      expect(await bridge.report(bridge.event(1))).toBe(1);
      expect(await recorded()).toHaveLength(1);
      expect(await bridge.report(bridge.event(2))).toBe(2);
      expect(await recorded()).toHaveLength(2);
    });

    it('and says so in the manner that the page of the link tells', async () => {
      await bridge.report(bridge.event(1));

      const { qos, retained } = CHANNELS.ack;
      expect(bridge.manners).toEqual([{ qos, retained }]);
    });

    it('without a gap: it says how far it is, and takes them from there', async () => {
      expect(await bridge.report(bridge.event(1))).toBe(1);
      expect(await bridge.report(bridge.event(3))).toBe(1);
      expect(await bridge.report(bridge.event(2))).toBe(2);
      expect(await bridge.report(bridge.event(3))).toBe(3);
      expect((await recorded()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    });

    it('once each: a repeat is acknowledged and changes nothing', async () => {
      await bridge.report(bridge.event(1));
      await bridge.report(bridge.event(2));

      expect(await bridge.report(bridge.event(1, { ...FAULT, detail: 'another story' }))).toBe(2);
      expect(await recorded()).toHaveLength(2);
    });

    it.each(['late-vend-success', 'journal-damaged', 'test-vend'])(
      'and opens one case for an operator when it says %s, however often',
      async (code) => {
        for (const seq of [1, 2]) await bridge.report(bridge.event(seq, { type: 'fault', code, detail: `no ${seq}` }));

        const cases = await system.query<{ known: string }>(
          'SELECT known FROM review_cases WHERE machine_id = $1 AND reason = $2',
          [MACHINE, code],
        );
        expect(cases).toEqual([{ known: 'no 1' }]);
        expect(await recorded()).toHaveLength(2);
      },
    );

    it('and opens none for a fault that is the technician’s', async () => {
      await bridge.report(bridge.event(1));
      const cases = await system.query('SELECT 1 FROM review_cases WHERE machine_id = $1 AND reason = $2', [
        MACHINE,
        'line',
      ]);
      expect(cases).toEqual([]);
    });

    it('of a journal that it has never heard of from the first event on', async () => {
      expect(await bridge.report(bridge.event(5))).toBe(0);
      expect(await recorded()).toEqual([]);
    });

    it.each([
      ['that this database took a part of', 1, 'Events 2 to 6'],
      ['that another database has taken in', 0, 'Events 1 to 6'],
    ])('and goes on behind a gap that nobody can fill, with a case, in a journal %s', async (_, taken, lost) => {
      for (let seq = 1; seq <= taken; seq += 1) await bridge.report(bridge.event(seq));

      expect(await bridge.report(bridge.event(7, FAULT, { oldest: 7 }))).toBe(7);
      const [newest] = await system.query<{ known: string }>(
        `SELECT known FROM review_cases WHERE machine_id = $1 AND reason = 'events-lost' ORDER BY opened_at DESC`,
        [MACHINE],
      );
      expect(newest?.known).toContain(lost);
    });

    it('of its own purchases only: what a machine says of another’s is recorded, and means nothing', async () => {
      const reference = await system.scan([]);
      const [foreign] = await system.query<{ id: string; grant: number }>(
        'SELECT id, grant_number::int AS grant FROM purchases WHERE invoice_reference = $1',
        [reference],
      );
      const granted = { purchaseId: foreign?.id ?? '', grantNumber: foreign?.grant ?? 0 };

      expect(await bridge.report(bridge.event(1, { type: 'grant.accepted', ...granted, serial: [] }))).toBe(1);
      expect(await recorded()).toEqual([
        { seq: 1, type: 'grant.accepted', rejected: 'no such purchase of this machine' },
      ]);
      system.sandbox.payer.decline(reference);
      expect(await system.ended(reference)).toMatchObject({ state: 'CANCELLED' });
    });

    it('of a purchase that there is not: recorded, and means nothing', async () => {
      const granted = { purchaseId: randomUUID(), grantNumber: 1 };

      expect(
        await bridge.report(bridge.event(1, { type: 'vend.dispensed', ...granted, vendNumber: 1, serial: [] })),
      ).toBe(1);
      expect(await recorded()).toMatchObject([{ rejected: 'no such purchase of this machine' }]);
    });

    it('and is not held up by words or times that no database keeps, nor in an event that it cannot read', async () => {
      const half = String.fromCharCode(0xd83d);
      expect(await bridge.report(bridge.event(1, { ...FAULT, detail: `noise \0 and ${half}` }))).toBe(1);
      const unreadable = { type: 'news', 'a\0b': half } as unknown as MachineEventBody;
      expect(await bridge.report(bridge.event(2, unreadable))).toBe(2);
      expect(await bridge.report(bridge.event(3, FAULT, { at: '0000-02-29T00:00:00Z' }))).toBe(3);

      const kept = await system.query<{ detail: string }>(
        `SELECT body ->> 'detail' AS detail FROM machine_events WHERE journal_id = $1 AND seq = 1`,
        [bridge.journalId],
      );
      expect(kept).toEqual([{ detail: 'noise \uFFFD and \uFFFD' }]);
    });

    it('and is not upset by what is no event', async () => {
      const topic = topicOf(MACHINE, 'event');
      await bridge.publish(topic, 'no JSON');
      await bridge.publish(topic, '{}');
      await bridge.publish(topic, 'x'.repeat(20_000));
      await bridge.publish(topic, bridge.signed('event', 'no JSON'));
      await bridge.publish(topic, bridge.signed('event', '{}'));
      await bridge.publish(topic, bridge.event(1, FAULT, { machineId: 'helsinki-central-1' }));
      await bridge.publish(topic, bridge.event(2 ** 31, FAULT, { oldest: 2 ** 31 }));

      expect(await bridge.report(bridge.event(1))).toBe(1);
      expect(await recorded()).toHaveLength(1);
    });
  });

  describe('believes nothing that the machine did not sign', () => {
    /** What a stranger can make who has the broker: everything but the key. */
    const body = (seq: number): string => {
      const { journalId } = bridge;
      return encode({ v: 1, machineId: MACHINE, journalId, bootId: 'boot-0001', seq, at: AT, body: FAULT });
    };
    const stranger = linkKey('f'.repeat(64));

    it.each([
      ['without a MAC', (text: string) => text],
      ['with a MAC of another key', (text: string) => sign(topicOf(MACHINE, 'event'), text, stranger)],
      ['signed as a presence', (text: string) => bridge.signed('presence', text)],
      [
        'signed for another machine',
        (text: string) => sign(topicOf('helsinki-central-1', 'event'), text, linkKey(credentials.key)),
      ],
    ])('an event %s is neither taken nor answered, and counted', async (_, made) => {
      const before = await refusals();
      await bridge.publish(topicOf(MACHINE, 'event'), made(body(1)));

      // The next one is taken as if that had never come, and its answer is the first.
      expect(await bridge.report(bridge.event(1, { ...FAULT, detail: 'the real one' }))).toBe(1);
      expect(await recorded()).toHaveLength(1);
      expect(await refusals()).toBe(before + 1);
    });

    const refusals = async () => {
      const text = (await system.get('/metrics')).text;
      const counts = text.matchAll(/^vendrail_machine_messages_refused_total\{channel="event"[^}]*\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    };
  });

  describe('believes what a machine says of itself', () => {
    interface Row {
      online: boolean;
      boot_id: string;
      machine_state: string;
      online_since: Date;
    }

    const presence = () =>
      system.query<Row>(
        'SELECT online, boot_id, machine_state, online_since FROM machine_presences WHERE machine_id = $1',
        [MACHINE],
      );

    /** Presences are taken in order: when the second is there, the first has been seen. */
    const known = (bootId: string, machineState: string) =>
      eventually(`boot ${bootId} is ${machineState}`, async () => {
        const [row] = await presence();
        return row?.boot_id === bootId && row.machine_state === machineState ? row : undefined;
      });

    it('online, until it or its will says that it is gone', async () => {
      await bridge.say({ bootId: 'boot-0001' });
      const online = await known('boot-0001', 'ready');
      expect(online.online).toBe(true);
      await bridge.say({ bootId: 'boot-0001', machineState: 'in-use' });
      expect((await known('boot-0001', 'in-use')).online_since).toEqual(online.online_since);
      await bridge.say({ bootId: 'boot-0001', online: false, machineState: 'inactive' });

      expect((await known('boot-0001', 'inactive')).online).toBe(false);
    });

    it('although the database was away when it said so', async () => {
      await system.query('ALTER TABLE machine_presences RENAME TO machine_presences_away');
      await bridge.say({ bootId: 'boot-0003', machineState: 'disabled' });
      await bridge.say({ bootId: 'boot-0003', machineState: 'in-use' });
      // Read after the presences: by then both have met the fault.
      await bridge.report(bridge.event(1));
      await system.query('ALTER TABLE machine_presences_away RENAME TO machine_presences');

      expect(await known('boot-0003', 'in-use')).toMatchObject({ online: true });
    });

    it('although the database took too long to write it down', async () => {
      await system.query(`CREATE FUNCTION take_too_long() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE 'canceling statement due to statement timeout' USING ERRCODE = 'query_canceled'; END $$`);
      await system.query(
        `CREATE TRIGGER take_too_long BEFORE INSERT ON machine_presences EXECUTE FUNCTION take_too_long()`,
      );
      try {
        await bridge.say({ bootId: 'boot-0005', machineState: 'disabled' });
        // Read after the presence: by then that has met the fault.
        await bridge.report(bridge.event(1));
      } finally {
        await system.query('DROP FUNCTION take_too_long CASCADE');
      }

      expect(await known('boot-0005', 'disabled')).toMatchObject({ online: true });
    });

    it('although the database cannot keep what it said just before', async () => {
      await bridge.say({ bootId: 'boot-0004', detail: 'a text with \u0000 in it' });
      await bridge.say({ bootId: 'boot-0004', machineState: 'in-use' });

      expect(await known('boot-0004', 'in-use')).toMatchObject({ online: true });
    });

    it('with the highest grant number that it saw: ours go on above it, in leaps where it says too much', async () => {
      const last = async () => {
        const [row] = await system.query<{ last: number }>(
          'SELECT last_value::float8 AS last FROM purchases_grant_number_seq',
        );
        return row?.last ?? 0;
      };
      const before = await last();
      const reaches = (number: number) =>
        eventually(`the numbers reach ${number}`, async () => ((await last()) === number ? number : undefined));

      await bridge.say({ highestGrantNumber: before + 1_500_000 });
      await reaches(before + 1_000_000);
      await bridge.say({ highestGrantNumber: before + 1_500_000 });
      await reaches(before + 1_500_000);
    });

    it('not gone by the late will of an earlier boot', async () => {
      await bridge.say({ bootId: 'boot-0002' });
      await bridge.say({ bootId: 'boot-0001', online: false, machineState: 'inactive' });
      await bridge.say({ bootId: 'boot-0002', machineState: 'in-use' });

      expect(await known('boot-0002', 'in-use')).toMatchObject({ online: true });
    });
  });
});
