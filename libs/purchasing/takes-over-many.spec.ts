import { notified } from '#purchase/testing/happenings.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { CLAIM_MAX, TAKEN_OVER_MAX } from './runner.js';
import { settled } from './testing/manual-clock.js';
import { Installation, type Server } from './testing/server.js';

describe('a server that finds much undone', () => {
  let installation: Installation;
  let server: Server;

  beforeEach(() => {
    installation = new Installation();
  });

  /** So many purchases, each at its machine, whose server died before it looked whether the payer had confirmed. */
  async function leftUndone(count: number): Promise<void> {
    const dead = installation.server();
    const { grantNumber: _, ...beginning } = BEGINNING;
    for (let i = 1; i <= count; i += 1) {
      const id = `0190a000-0000-7000-8000-${String(i).padStart(12, '0')}`;
      dead.performer.answer('sendInvoice', { type: 'InvoiceIssued', invoiceReference: String(i) });
      await dead.runner.begin(
        { ...beginning, id, machineId: `machine-${i}` },
        { payer: 'pseudonym', requestKey: 'key' },
      );
      dead.mayAct = false;
      await dead.runner.dispatch(id, notified);
      dead.mayAct = true;
    }
    dead.mayAct = false;
    server = installation.server();
    await installation.pass(4_000, server);
  }

  const begun = () => server.performer.acts.length;

  it('asks the database once for the purchases of a sweep, however many they are', async () => {
    await leftUndone(30);
    const asked: number[] = [];
    const loadAll = server.store.loadAll.bind(server.store);
    server.store.loadAll = (purchaseIds) => {
      asked.push(purchaseIds.length);
      return loadAll(purchaseIds);
    };

    expect(await server.runner.sweep()).toBe(30);
    await settled();
    expect(asked).toEqual([30]);
    expect(begun()).toBe(30);
  });

  it('takes no more upon itself than SEQR answers in time, and leaves the rest to others', async () => {
    await leftUndone(TAKEN_OVER_MAX + 50);
    for (let i = 0; i < TAKEN_OVER_MAX + 50; i += 1) server.performer.hold('getPaymentStatus');
    const other = installation.server();

    const claimed = [];
    do claimed.push(await server.runner.sweep());
    while (claimed.at(-1) === CLAIM_MAX);
    await settled();
    expect(claimed).toEqual([...Array<number>(TAKEN_OVER_MAX / CLAIM_MAX).fill(CLAIM_MAX), 0]);
    expect(begun()).toBe(TAKEN_OVER_MAX);
    expect(await other.runner.sweep()).toBe(50);
  });

  it('goes on with the rest when some of what it took over is done', async () => {
    await leftUndone(TAKEN_OVER_MAX + 50);
    const answers = Array.from({ length: TAKEN_OVER_MAX }, () => server.performer.hold('getPaymentStatus'));
    while ((await server.runner.sweep()) > 0);
    await settled();
    for (const answer of answers.slice(0, 20))
      answer({ type: 'StatusUnread', outcome: 'unknown', detail: 'no answer' });
    await settled();

    expect(await server.runner.sweep()).toBe(20);
    await settled();
    expect(begun()).toBe(TAKEN_OVER_MAX + 20);
    expect(server.faults).toEqual([]);
  });

  it('does what it can when one purchase cannot be read: that one alone is stuck', async () => {
    await leftUndone(3);
    const unreadable = '0190a000-0000-7000-8000-000000000002';
    const loadAll = server.store.loadAll.bind(server.store);
    server.store.loadAll = (purchaseIds) => loadAll(purchaseIds.filter((id) => id !== unreadable));
    const load = server.store.load.bind(server.store);
    server.store.load = (id) => (id === unreadable ? Promise.reject(new Error('cannot be read')) : load(id));

    expect(await server.runner.sweep()).toBe(3);
    await settled();
    expect(begun()).toBe(2);
    expect(server.faults).toEqual([new Error('cannot be read')]);
  });

  it('goes on from what came while it read, and not from what it read', async () => {
    await leftUndone(1);
    const id = '0190a000-0000-7000-8000-000000000001';
    const loadAll = server.store.loadAll.bind(server.store);
    server.performer.isConfirmed = true;
    server.store.loadAll = async (purchaseIds) => {
      const found = await loadAll(purchaseIds);
      // What is found is of before: meanwhile the payer's confirmation is seen, and the machine unlocked.
      await server.runner.dispatch(id, {
        type: 'StatusRead',
        status: 'RESERVED',
        invoiceVersion: 1,
        askedAt: installation.clock.now(),
        totalMinor: null,
        ersReference: null,
      });
      await settled();
      return found;
    };

    await server.runner.sweep();
    // What was dispatched, and what was read before it.
    for (let i = 0; i < 3; i += 1) await settled();
    expect(server.performer.acts).toEqual(['sendGrant']);
    expect(server.faults).toEqual([]);
  });
});
