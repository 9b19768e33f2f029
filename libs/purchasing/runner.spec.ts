import { accepted, closed, dispensed, failed, notified, selected, status } from '#purchase/testing/happenings.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { MachineHeldError } from './ports.js';
import { settled } from './testing/manual-clock.js';
import { Installation, type Server } from './testing/server.js';

describe('a purchase on one server', () => {
  let installation: Installation;
  let server: Server;

  beforeEach(() => {
    installation = new Installation();
    server = installation.server();
  });

  /** The payer has confirmed, and the machine is open. */
  async function unlocked(): Promise<void> {
    await server.scan();
    server.performer.isConfirmed = true;
    await server.hears(notified, accepted);
  }

  it('answers a scan when the invoice is durable', async () => {
    const purchase = await server.scan();

    expect(purchase).toMatchObject({ state: 'INVOICED', invoiceReference: expect.any(String) });
    expect(await server.store.load(purchase.id)).toEqual(purchase);
    expect(server.performer.acts).toEqual(['sendInvoice']);
  });

  it('answers a scan also when there is no invoice', async () => {
    server.performer.answer('sendInvoice', failed('InvoiceFailed', 'unknown'));

    expect(await server.scan()).toMatchObject({ state: 'REFUSED', invoiceReference: null });
  });

  it('refuses a scan of a machine that is held, and asks SEQR for nothing', async () => {
    await server.scan();

    await expect(server.scan()).rejects.toThrow(MachineHeldError);
    expect(server.performer.acts).toEqual(['sendInvoice']);
  });

  it('runs through every act once, from scan to receipt', async () => {
    await unlocked();
    await server.hears(selected(1, 11), dispensed(1), closed(1, 180n));

    expect(installation.purchase).toMatchObject({ state: 'COMMITTED', next: null });
    expect(server.performer.acts).toEqual([
      'sendInvoice',
      'getPaymentStatus',
      'sendGrant',
      'updateInvoice',
      'commitReservation',
      'getPaymentStatus',
      'submitPaymentReceipt',
    ]);
    expect(server.faults).toEqual([]);
  });

  it('has written each act down before it does it', async () => {
    const written: (string | undefined)[] = [];
    const perform = server.performer.perform.bind(server.performer);
    server.performer.perform = (purchase, act) => {
      const open = installation.database.openActs.get(purchase.id);
      written.push(open?.act.kind);
      expect(open).toMatchObject({ act, leasedBy: server.id });
      return perform(purchase, act);
    };
    await unlocked();
    await server.hears(selected(1, 11), dispensed(1), closed(1, 180n));

    expect(written).toEqual(server.performer.acts);
  });

  it('does nothing when it could not write it down', async () => {
    await server.scan();
    server.performer.isConfirmed = true;
    server.store.save = () => Promise.reject(new Error('the database is gone'));

    await expect(server.hears(notified)).rejects.toThrow('the database is gone');
    expect(server.performer.acts).toEqual(['sendInvoice']);
  });

  it('wakes by itself when an act falls due', async () => {
    await server.scan();
    await installation.pass(2_999, server);
    expect(server.performer.acts).toEqual(['sendInvoice']);

    server.performer.isConfirmed = true;
    await installation.pass(1, server);
    expect(installation.purchase.state).toBe('UNLOCKING');
  });

  it('keeps the deadlines: an invoice that nobody confirms is cancelled', async () => {
    await server.scan();
    await installation.pass(91_000, server);

    expect(installation.purchase.state).toBe('CANCELLED');
    expect(server.performer.acts.slice(-2)).toEqual(['cancelInvoice', 'getPaymentStatus']);
  });

  it('takes events that come together in one after the other', async () => {
    await unlocked();
    await Promise.all([server.hears(selected(1, 11)), server.hears(notified), server.hears(notified)]);
    const versions = installation.database.changes
      .filter((one) => one.after !== one.before)
      .map((one) => one.after.version);

    expect(versions).toEqual(versions.map((_, i) => i + 2));
    expect(installation.purchase.vends).toHaveLength(1);
  });

  it('takes an event in with the record it meets when another server was quicker', async () => {
    const other = installation.server();
    await unlocked();
    const save = other.store.save.bind(other.store);
    other.store.save = async (change) => {
      other.store.save = save;
      await server.hears(selected(1, 11), dispensed(1));
      return save(change);
    };
    const { grantNumber } = installation.purchase;
    await other.runner.dispatch(BEGINNING.id, { ...closed(1, 180n), grantNumber });
    await settled();

    expect(installation.purchase).toMatchObject({ state: 'COMMITTED', settlement: { amountMinor: 180n } });
  });

  it('gives an invoice up whose number belongs to another purchase', async () => {
    await server.scan();
    const { grantNumber: _, ...beginning } = BEGINNING;
    const second = { ...beginning, id: '0190a000-0000-7000-8000-000000000002', machineId: 'machine-2' };

    const purchase = await server.runner.begin(second, { payer: 'pseudonym', requestKey: 'key' });

    expect(purchase).toMatchObject({ state: 'REFUSED', invoiceReference: null });
  });

  it('says that there is no such purchase', async () => {
    expect(await server.runner.dispatch('0190a000-0000-7000-8000-0000000000ff', notified)).toBeNull();
  });

  it('lets the act under way come to its end when it stops, and starts no other', async () => {
    await server.scan();
    const answer = server.performer.hold('getPaymentStatus');
    await server.hears(notified);
    let stopped = false;
    const stop = server.runner.stop().then(() => (stopped = true));
    await settled();
    expect(stopped).toBe(false);

    answer(status('RESERVED'));
    await stop;
    await installation.pass(10_000, server);

    expect(installation.purchase.state).toBe('UNLOCKING');
    expect(server.performer.acts).toEqual(['sendInvoice', 'getPaymentStatus']);
  });

  it('does nothing while it may have lost its leases', async () => {
    await server.scan();
    server.mayAct = false;
    await server.hears(notified);
    await installation.pass(10_000);

    expect(await server.runner.sweep()).toBe(0);
    expect(server.performer.acts).toEqual(['sendInvoice']);
  });

  it('finds its own work again when it was cut off for a while', async () => {
    await server.scan();
    server.mayAct = false;
    await server.hears(notified);
    await installation.pass(20_000);
    server.mayAct = true;
    await server.runner.sweep();
    await settled();

    expect(server.performer.acts).toEqual(['sendInvoice', 'getPaymentStatus']);
  });

  it('reports what went wrong inside, and the sweep goes on with it as after a crash', async () => {
    await unlocked();
    server.performer.answer('updateInvoice', new Error('a defect'));
    await server.hears(selected(1, 11), dispensed(1), closed(1, 180n));
    expect(server.faults).toEqual([new Error('a defect')]);

    await installation.pass(20_000, server);
    await server.runner.sweep();
    await settled();

    expect(installation.purchase.state).toBe('COMMITTED');
    expect(server.performer.acts.filter((kind) => kind === 'commitReservation')).toHaveLength(1);
  });
});
