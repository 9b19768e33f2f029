import type fc from 'fast-check';

import { type Holder, type Model, confirmed, goesOn, holderOf } from '../model.js';
import type { World } from '../world.js';

import { type Command, always, command, often } from './command.js';

const isWaiting = (model: Model): boolean => holderOf(model)?.stage === 'waiting';

function waiting(model: Model): Holder {
  const holder = holderOf(model);
  if (holder === null) throw new Error('nobody is known to wait');
  return holder;
}

/** A payer decides about whatever invoice his phone shows, when only the server knows who has the machine. */
async function decidesUnseen(world: World, decide: (reference: string) => void): Promise<boolean> {
  const invoice = world.invoices.find(({ state }) => state === 'ISSUED');
  if (invoice === undefined) return false;
  const known = await world.query('SELECT FROM purchases WHERE invoice_reference = $1', [invoice.reference]);
  decide(invoice.reference);
  await world.settle();
  return known.length === 0;
}

export const confirm = command(
  'the payer confirms',
  async (model, world) => {
    const holder = waiting(model);
    world.sandbox.payer.confirm(holder.reference, '1234');
    await world.settle();
    confirmed(model, holder);
    if (holderOf(model)?.stage === 'choosing') {
      expect(world.machine.isUnlocked).toBe(true);
      expect(world.sandbox.book.find(holder.reference)?.state).toBe('RESERVED');
    }
  },
  isWaiting,
);

export const confirmUnheard = command(
  'the payer confirms, and the notification is lost',
  async (model, world) => {
    const holder = waiting(model);
    world.sandbox.faults.add({ operation: 'notification', kind: 'lose', times: 1 });
    world.sandbox.payer.confirm(holder.reference, '1234');
    await world.settle();
    expect(world.machine.isUnlocked).toBe(false);
    model.holder = { ...holder, stage: 'unheard' };
  },
  isWaiting,
);

export const confirmTwice = command(
  'the payer confirms, and the notification comes twice',
  async (model, world) => {
    const holder = waiting(model);
    world.sandbox.faults.add({ operation: 'notification', kind: 'duplicate', times: 1 });
    world.sandbox.payer.confirm(holder.reference, '1234');
    await world.settle();
    confirmed(model, holder);
  },
  isWaiting,
);

export const decline = command(
  'the payer declines',
  async (model, world) => {
    const { reference } = waiting(model);
    world.sandbox.payer.decline(reference);
    await world.settle();
    goesOn(model, null);
    expect(world.machine.isUnlocked).toBe(false);
  },
  isWaiting,
);

export const wrongPin = command(
  'the payer gives a wrong PIN',
  async (model, world) => {
    const holder = waiting(model);
    expect(() => world.sandbox.payer.confirm(holder.reference, '0000')).toThrow('PIN');
    await world.settle();
    holder.wrongPins += 1;
    if (holder.wrongPins === 3) holder.stage = 'failed';
    expect(world.machine.isUnlocked).toBe(false);
  },
  isWaiting,
);

const confirmUnseen = command(
  'a payer confirms what the phone shows',
  async (model, world) => {
    const orphan = await decidesUnseen(world, (reference) => world.sandbox.payer.confirm(reference, '1234'));
    if (orphan) model.orphanDecided = true;
  },
  ({ holder, struck }) => holder === 'unknown' || (holder === null && struck.has('sendInvoice')),
);

type Notified = (model: Model, world: World) => string | undefined;

/** A call of the notification URL, which must be answered alike and mean nothing but a hint. */
function notification(name: string, body: string, path: Notified, after: (model: Model) => void = () => undefined) {
  return command(name, async (model, world) => {
    const to = path(model, world);
    if (to === undefined) return;
    const wasUnlocked = world.machine.isUnlocked;
    expect(await world.post(to, body)).toEqual({ status: 200, text: '' });
    await world.settle();
    if (holderOf(model)?.stage === 'waiting') expect(world.machine.isUnlocked).toBe(wasUnlocked);
    after(model);
  });
}

const pathOf = (world: World, reference: string | undefined): string | undefined => {
  const url = world.invoices.find((invoice) => invoice.reference === reference)?.terms.notificationUrl;
  return url === undefined ? undefined : new URL(url).pathname;
};
const ofHolder: Notified = (model, world) => pathOf(world, holderOf(model)?.reference);
const ofEnded: Notified = (model, world) => {
  const ended = world.invoices.find(
    ({ state, reference }) => !['ISSUED', 'RESERVED'].includes(state) && reference !== holderOf(model)?.reference,
  );
  return pathOf(world, ended?.reference);
};
const forged: Notified = (_, world) => {
  const path = pathOf(world, world.invoices.at(-1)?.reference);
  return path === undefined ? '/seqr/notifications/guess' : `${path.slice(0, -4)}AAAA`;
};

/** What it announced is looked up, and heard. */
function heard(model: Model): void {
  const holder = holderOf(model);
  if (holder === null) return;
  holder.notified = true;
  if (holder.stage === 'unheard') confirmed(model, holder);
  if (holder.stage === 'failed') goesOn(model, null);
  // The look that follows may be struck.
  else if (model.isDisturbed) model.holder = 'unknown';
}

export const paying: readonly fc.Arbitrary<Command>[] = [
  ...often(4, always(confirm)),
  always(confirmUnheard),
  always(confirmTwice),
  ...often(2, always(decline)),
  ...often(2, always(wrongPin)),
  always(confirmUnseen),
  always(
    notification('a notification before anything happened', '', ofHolder, heard),
    notification('a notification with a body', '{"invoiceReference":"1"}', ofHolder, heard),
    notification('a forged notification', '', forged),
    notification('a notification of what is over', '', ofEnded),
  ),
];
