import type { ActKind } from '#purchase/reserve-first/purchase.js';
import {
  accepted,
  closed,
  committed,
  dispensed,
  issued,
  notified,
  paid,
  selected,
  status,
} from '#purchase/testing/happenings.js';

import { settled } from './testing/manual-clock.js';
import { Installation, type Server } from './testing/server.js';

describe('a server that dies in the middle of an act', () => {
  let installation: Installation;
  let dying: Server;
  let next: Server;

  beforeEach(() => {
    installation = new Installation();
    dying = installation.server();
    next = installation.server();
    next.performer.isConfirmed = true;
    dying.performer.isConfirmed = true;
  });

  /** The act never comes back; another server sees that the first is dead. */
  async function takeOver(): Promise<void> {
    dying.mayAct = false;
    await installation.pass(5_000, next);
    expect(await next.runner.sweep()).toBe(1);
    await settled();
  }

  /** Up to this act everything went well on the dying server. */
  async function diesDoing(kind: ActKind): Promise<void> {
    if (kind === 'sendInvoice') {
      dying.performer.hold(kind);
      void dying.scan();
      return settled();
    }
    await dying.scan();
    dying.performer.hold(kind);
    await dying.hears(notified);
    if (installation.purchase.state === 'UNLOCKING' && kind !== 'sendGrant') {
      await dying.hears(accepted, selected(1, 11), dispensed(1), closed(1, 180n));
    }
  }

  it('gives up an invoice of unknown fate', async () => {
    await diesDoing('sendInvoice');
    await takeOver();

    expect(installation.purchase).toMatchObject({ state: 'REFUSED', end: { reason: 'invoice-unknown' } });
    expect(next.performer.acts).toEqual([]);
  });

  it('looks again', async () => {
    await diesDoing('getPaymentStatus');
    await takeOver();

    expect(next.performer.acts).toEqual(['getPaymentStatus', 'sendGrant']);
  });

  it('counts the grant as sent, and sends it again', async () => {
    await diesDoing('sendGrant');
    await takeOver();
    await installation.pass(2_000, next);

    expect(installation.purchase.grant?.bootId).not.toBeNull();
    expect(new Set(next.performer.acts)).toEqual(new Set<ActKind>(['sendGrant']));
  });

  it.each([
    ['updateInvoice', ['getPaymentStatus', 'updateInvoice', 'commitReservation', 'getPaymentStatus']],
    ['commitReservation', ['getPaymentStatus', 'commitReservation', 'getPaymentStatus']],
  ] as const)('looks before it repeats %s, with the same amount', async (kind, acts) => {
    await diesDoing(kind);
    const { settlement } = installation.purchase;
    await takeOver();

    expect(next.performer.acts).toEqual([...acts, 'submitPaymentReceipt']);
    expect(installation.purchase.state).toBe('COMMITTED');
    expect(installation.purchase.settlement?.amountMinor).toBe(settlement?.amountMinor);
  });

  it('commits nothing again when the look says that it was paid', async () => {
    await diesDoing('commitReservation');
    next.performer.answer('getPaymentStatus', paid(180n));
    await takeOver();

    expect(next.performer.acts).toEqual(['getPaymentStatus', 'submitPaymentReceipt']);
    expect(installation.purchase.state).toBe('COMMITTED');
  });

  it('sends the receipt again', async () => {
    await diesDoing('submitPaymentReceipt');
    await takeOver();

    expect(next.performer.acts).toEqual(['submitPaymentReceipt']);
    expect(installation.purchase.next).toBeNull();
  });

  it('never unlocks after a cancel that may take effect', async () => {
    dying.performer.isConfirmed = false;
    await dying.scan();
    dying.performer.hold('cancelInvoice');
    await installation.pass(91_000, dying, next);
    next.performer.answer('getPaymentStatus', status('RESERVED'));
    await takeOver();

    expect(next.performer.acts.slice(0, 2)).toEqual(['getPaymentStatus', 'cancelInvoice']);
    expect(installation.purchase.state).toBe('RELEASED');
  });

  it('asks the machine to close again', async () => {
    await dying.scan();
    await dying.hears(notified, accepted);
    dying.performer.hold('closeGrant');
    await installation.pass(331_000, dying, next);
    expect(installation.purchase.state).toBe('CLOSING');
    await takeOver();

    expect(next.performer.acts).toContain('closeGrant');
  });

  it('does no harm when it was only slow and brings its outcome at last', async () => {
    await dying.scan();
    await dying.hears(notified, accepted, selected(1, 11), dispensed(1));
    const late = dying.performer.hold('updateInvoice');
    await dying.hears(closed(1, 180n));
    const commit = next.performer.hold('commitReservation');
    await takeOver();
    late({ type: 'InvoiceUpdated' });
    await settled();

    expect(dying.performer.acts.filter((kind) => kind === 'commitReservation')).toEqual([]);
    commit(committed);
    await settled();
    expect(installation.purchase.state).toBe('COMMITTED');
    expect(next.performer.acts.filter((kind) => kind === 'commitReservation')).toHaveLength(1);
  });

  it('is told of by nobody: an invoice that was issued meanwhile stays unused', async () => {
    const late = dying.performer.hold('sendInvoice');
    const scan = dying.scan();
    await settled();
    await takeOver();
    late(issued);

    expect(await scan).toMatchObject({ state: 'REFUSED', invoiceReference: null });
  });
});
