import type { ActKind } from '#purchase/reserve-first/purchase.js';
import { accepted, closed, committed, dispensed, notified, selected } from '#purchase/testing/happenings.js';

import { settled } from './testing/manual-clock.js';
import { Installation, type Server } from './testing/server.js';

describe('two servers', () => {
  let installation: Installation;
  let first: Server;
  let second: Server;

  beforeEach(() => {
    installation = new Installation();
    first = installation.server();
    second = installation.server();
  });

  it('share a purchase: who takes an event in does what follows from it', async () => {
    await first.scan();
    second.performer.isConfirmed = true;
    await second.hears(notified, accepted, selected(1, 11), dispensed(1), closed(1, 180n));
    await installation.pass(20_000, first, second);

    expect(installation.purchase.state).toBe('COMMITTED');
    expect(first.performer.acts).toEqual(['sendInvoice']);
  });

  it('do no act twice: a notification that changes nothing starts nothing', async () => {
    await first.scan();
    first.performer.isConfirmed = true;
    await first.hears(notified, accepted, selected(1, 11), dispensed(1));
    const commit = first.performer.hold('commitReservation');
    await first.hears(closed(1, 180n));
    await second.hears(notified, notified);

    expect(second.performer.acts).toEqual([]);
    commit(committed);
    await settled();
    expect(installation.purchase.state).toBe('COMMITTED');
  });

  it('do no act twice: an event that leaves the act as it is leaves it to whom it is', async () => {
    await first.scan();
    first.performer.isConfirmed = true;
    await first.hears(notified, accepted, selected(1, 11), dispensed(1));
    const commit = first.performer.hold('commitReservation');
    await first.hears(closed(1, 180n));
    await second.hears(selected(2, 12), dispensed(2));

    expect(second.performer.acts).toEqual([]);
    commit(committed);
    await settled();
    expect(installation.purchase).toMatchObject({ state: 'COMMITTED', settlement: { amountMinor: 180n } });
    expect(installation.purchase.vends).toHaveLength(2);
  });

  it('do nothing stale: a timer that wakes after another server moved on lets it be', async () => {
    await first.scan();
    second.performer.isConfirmed = true;
    await second.hears(notified);
    expect(installation.purchase.state).toBe('UNLOCKING');

    await installation.pass(5_000, first, second);

    expect(first.performer.acts).toEqual(['sendInvoice']);
    expect(new Set(second.performer.acts)).toEqual(new Set<ActKind>(['getPaymentStatus', 'sendGrant']));
  });

  it('leave each other’s work alone while both live', async () => {
    await first.scan();
    first.performer.hold('getPaymentStatus');
    await first.hears(notified);
    await installation.pass(10_000, first, second);

    expect(await second.runner.sweep()).toBe(0);
  });

  it('take over when the other has not been heard of', async () => {
    await first.scan();
    first.mayAct = false;
    await installation.pass(5_000, second);
    second.performer.isConfirmed = true;

    expect(await second.runner.sweep()).toBe(1);
    await settled();
    expect(installation.purchase.state).toBe('UNLOCKING');
  });

  it('do nothing with what was claimed when somebody moves the purchase on meanwhile', async () => {
    await first.scan();
    first.mayAct = false;
    await installation.pass(5_000, second);
    const third = installation.server();
    third.performer.isConfirmed = true;
    const load = second.store.load.bind(second.store);
    second.store.load = async (purchaseId) => {
      second.store.load = load;
      await third.hears(notified);
      return load(purchaseId);
    };
    await second.runner.sweep();
    await settled();

    expect(second.performer.acts).toEqual([]);
    expect(third.performer.acts).toEqual(['getPaymentStatus', 'sendGrant']);
  });
});
