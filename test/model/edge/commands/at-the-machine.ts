import fc from 'fast-check';

import { type Holder, type Model, PRICES, goesOn, holderOf } from '../model.js';
import type { World } from '../world.js';

import { type Command, always, command, often } from './command.js';

function choosing(model: Model): Holder | null {
  const holder = holderOf(model);
  return holder?.stage === 'choosing' ? holder : null;
}

/** The session is over, and the server has heard it: goods and money agree at once. */
function ended(model: Model, world: World, holder: Holder): void {
  if (!model.isOnline) {
    model.holder = { ...holder, stage: 'gone' };
    return;
  }
  goesOn(model, null);
  if (model.holder === 'unknown') return;
  const invoice = world.sandbox.book.find(holder.reference);
  expect({ state: invoice?.state, committed: invoice?.committed, commits: invoice?.commits }).toEqual(
    holder.soldMinor > 0
      ? { state: 'PAID', committed: BigInt(holder.soldMinor), commits: 1 }
      : { state: 'CANCELED', committed: 0n, commits: 0 },
  );
}

export const choose = (selection: number): Command =>
  command(
    'the payer chooses',
    async (model, world) => {
      const holder = choosing(model);
      const priceMinor = PRICES[selection];
      const approved = world.machine.choose(selection, priceMinor ?? 100);
      await world.settle();
      if (holder === null) return;
      const leftMinor = holder.reservedMinor - holder.soldMinor;
      expect(approved).toBe(priceMinor !== undefined && priceMinor <= leftMinor);
      holder.sinceMs = model.nowMs;
      holder.pendingMinor = approved ? (priceMinor ?? null) : null;
    },
    (model) => model.isPowered && (model.holder === 'unknown' || choosing(model)?.pendingMinor === null),
    String(selection),
  );

export const vend = (comesOut: boolean): Command =>
  command(
    comesOut ? 'it comes out' : 'it jams',
    async (model, world) => {
      const holder = choosing(model);
      world.machine.vend(comesOut);
      await world.settle();
      if (holder === null) return;
      if (comesOut) holder.soldMinor += holder.pendingMinor ?? 0;
      holder.pendingMinor = null;
    },
    (model) => model.isPowered && (model.holder === 'unknown' || choosing(model)?.pendingMinor != null),
  );

export const leave = command(
  'the payer leaves',
  async (model, world) => {
    const holder = choosing(model);
    if (!world.machine.isWaitingForVend) world.machine.close('machine');
    await world.settle();
    if (holder !== null) ended(model, world, holder);
  },
  (model) => model.isPowered && (model.holder === 'unknown' || choosing(model)?.pendingMinor === null),
);

const willing = (isWilling: boolean): Command =>
  command(isWilling ? 'the machine takes grants' : 'the machine refuses grants', async (model, world) => {
    world.machine.isWilling = isWilling;
    model.isWilling = isWilling;
    await world.settle();
  });

const goesOffline = command(
  'the machine loses its network',
  async (model, world) => {
    await world.machineDisconnects();
    await world.settle();
    model.isOnline = false;
  },
  ({ isOnline }) => isOnline,
);

const comesBack = command(
  'the machine’s network is back',
  async (model, world) => {
    await world.machineConnects();
    await world.settle();
    model.isOnline = true;
    const holder = holderOf(model);
    if (holder?.stage === 'gone') ended(model, world, holder);
  },
  ({ isOnline, isPowered }) => isPowered && !isOnline,
);

const powerCut = (fell: boolean): Command =>
  command(
    'the power goes',
    async (model, world) => {
      world.machine.cutPower(fell);
      if (model.isOnline) await world.machineDisconnects();
      await world.settle();
      model.isPowered = false;
      model.isOnline = false;
      const holder = choosing(model);
      if (holder !== null) model.holder = { ...holder, stage: 'gone' };
    },
    ({ isPowered }) => isPowered,
    fell ? 'what was under way fell' : 'nothing fell',
  );

const powerReturns = command(
  'the power is back',
  async (model, world) => {
    await world.machineConnects(() => world.machine.powerReturns());
    await world.settle();
    model.isPowered = true;
    model.isOnline = true;
    const holder = holderOf(model);
    if (holder?.stage === 'gone') ended(model, world, holder);
  },
  ({ isPowered }) => !isPowered,
);

const repeats = command(
  'the machine repeats itself',
  async (_, world) => {
    world.machine.repeat();
    await world.settle();
  },
  ({ isOnline }) => isOnline,
);

const outOfOrder = command(
  'the machine speaks out of order',
  async (_, world) => {
    world.machine.speakOutOfOrder();
    await world.settle();
  },
  ({ isOnline }) => isOnline,
);

const losesWords = command(
  'the machine’s journal loses what nobody has heard',
  async (model, world) => {
    world.machine.loseUnacknowledged();
    await world.settle();
    model.lostWords = true;
    if (model.holder !== null) model.holder = 'unknown';
  },
  ({ isOnline }) => !isOnline,
);

export const atTheMachine: readonly fc.Arbitrary<Command>[] = [
  ...often(3, fc.constantFrom(11, 31, 34, 99).map(choose)),
  ...often(3, always(vend(true))),
  always(vend(false)),
  ...often(3, always(leave)),
  always(willing(false), willing(true), willing(true)),
  always(goesOffline),
  always(powerCut(true), powerCut(false)),
  ...often(3, always(comesBack)),
  ...often(3, always(powerReturns)),
  always(repeats, outOfOrder),
  ...often(2, always(losesWords)),
];
