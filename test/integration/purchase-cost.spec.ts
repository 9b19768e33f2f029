import { MqttClient } from 'mqtt';
import pg from 'pg';

import { eventually } from '../support/eventually.js';
import { MACHINE_ID, TestSystem } from '../support/test-system.js';

/** What a server does whether anybody buys or not: it says that it lives, looks for due work, and hears of machines. */
const HOUSEKEEPING = /server_instances|machine_presences AS known|purchases_grant_number_seq|reconciliation_/;
/** No account of the broker may read all of them, so they are counted where server and bridge say them. */
const CHANNEL = new RegExp(`^vendrail/v1/${MACHINE_ID}/(command|event|ack)$`);
/** Read when a grant is signed, and by what a machine says when that was ten seconds ago: mostly for its presences. */
const KEYS = /FROM machine_links/;

describe('what a whole purchase costs', () => {
  let system: TestSystem;
  const statements: string[] = [];
  const messages: string[] = [];

  beforeAll(async () => {
    system = await TestSystem.start();
    const query = Reflect.get(pg.Client.prototype, 'query') as (...all: unknown[]) => unknown;
    jest.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
      const [statement] = given as [{ name?: string; text?: string } | string];
      // The product's statements have names; those of this test have none.
      if (typeof statement === 'object' && statement.name !== undefined) statements.push(statement.text ?? '');
      return query.apply(this, given);
    });
    const publish = Reflect.get(MqttClient.prototype, 'publish') as (...all: unknown[]) => MqttClient;
    jest.spyOn(MqttClient.prototype, 'publish').mockImplementation(function (this: MqttClient, ...given: unknown[]) {
      const channel = CHANNEL.exec(String(given[0]))?.[1];
      if (channel !== undefined) messages.push(channel);
      return publish.apply(this, given);
    });
  });

  afterAll(async () => {
    jest.restoreAllMocks();
    await system.stop();
  });

  async function buy(): Promise<string> {
    const reference = await system.scan([{ press: 11 }, { finish: true }]);
    system.confirm(reference);
    const { id } = await system.ended(reference);
    await system.machineReady();
    return id;
  }

  it('is sixteen statements in thirteen commits, six calls to SEQR and nine messages to and from the machine', async () => {
    // Prices and names are read once.
    await buy();
    const callsBefore = system.sandbox.journal.calls.length;
    statements.length = 0;
    messages.length = 0;

    const purchaseId = await buy();
    await eventually('the last acknowledgement has left', () => (messages.length >= 9 ? true : undefined));

    const ofPurchase = statements.filter((text) => !HOUSEKEEPING.test(text) && !KEYS.test(text)).map(nameOf);
    // Every row that is only ever added bears the number of the transaction that wrote it.
    const [commits] = await system.query<{ count: number }>(
      `SELECT count(DISTINCT transaction)::int FROM (
         SELECT xmin::text AS transaction FROM purchase_events WHERE purchase_id = $1
         UNION ALL SELECT xmin::text FROM machine_events WHERE purchase_id = $1
         UNION ALL SELECT xmin::text FROM postings WHERE purchase_id = $1
         UNION ALL SELECT xmin::text FROM seqr_calls WHERE purchase_id = $1) row`,
      [purchaseId],
    );
    const calls = system.sandbox.journal.calls.slice(callsBefore).map(({ operation }) => operation);

    expect(countOf(ofPurchase)).toEqual({
      // createPurchase: the machine, the beginning, the invoice; then a step for each answer of SEQR's and for each notice.
      'read the machine': 1,
      begin: 1,
      step: 8,
      'read the boot': 1,
      'read whose purchase': 1,
      'event and step': 4,
    });
    expect(statements.filter((text) => KEYS.test(text))).not.toHaveLength(0);
    expect(commits?.count).toBe(13);
    expect(calls).toEqual([
      'sendInvoice',
      'getPaymentStatus',
      'updateInvoice',
      'commitReservation',
      'getPaymentStatus',
      'submitPaymentReceipt',
    ]);
    expect(messages.toSorted()).toEqual([
      ...Array<string>(4).fill('ack'),
      'command',
      ...Array<string>(4).fill('event'),
    ]);
  });
});

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** What a statement does, so that a failure says which one is too many. */
function nameOf(text: string): string {
  if (text.includes('FROM machines m')) return 'read the machine';
  if (text.includes('INSERT INTO purchases')) return 'begin';
  if (text.includes('INSERT INTO machine_events')) return 'event and step';
  if (text.includes('UPDATE purchases')) return 'step';
  if (text.includes('boot_id')) return 'read the boot';
  if (/SELECT machine_id FROM purchases/.test(text)) return 'read whose purchase';
  return text.startsWith('SELECT id, machine_id, state') ? 'read the purchase' : text;
}
