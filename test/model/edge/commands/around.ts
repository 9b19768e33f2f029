import fc from 'fast-check';

import type { FaultKind, FaultOrder, FaultTarget } from '#seqr-sandbox/faults.js';

import { type Model, holderOf, passed } from '../model.js';

import { type Command, always, command, often } from './command.js';

const SECOND_MS = 1_000;
/** Shorter than any deadline; enough for something else to come first. */
const DELAY_MS = 30;

const timePasses = (seconds: number): Command =>
  command(
    'time passes',
    async (model, world) => {
      await world.pass(seconds * SECOND_MS);
      passed(model, seconds * SECOND_MS);
    },
    undefined,
    `${seconds} s`,
  );

const restart = command('the server is closed, and another opened', async (_, world) => {
  await world.restart(() => undefined);
  await world.settle();
});

export const restartMeanwhileConfirmed = command(
  'the payer confirms while no server is there',
  async (model, world) => {
    const holder = holderOf(model);
    if (holder === null) return;
    await world.restart(() => {
      // Nobody would hear it; SEQR would try a few times.
      world.sandbox.faults.add({ operation: 'notification', kind: 'lose', times: 1 });
      world.sandbox.payer.confirm(holder.reference, '1234');
    });
    await world.settle();
    holder.stage = 'unheard';
  },
  (model) => holderOf(model)?.stage === 'waiting',
);

const SOAP_TARGETS = [
  'sendInvoice',
  'getPaymentStatus',
  'updateInvoice',
  'commitReservation',
  'cancelInvoice',
  'submitPaymentReceipt',
] as const satisfies readonly FaultTarget[];

/** "Anything", "busy", "no such invoice", "not reserved", and "done" without another word. */
const RESULT_CODES = [90, 93, 54, 96, 0];

const faults: fc.Arbitrary<FaultOrder> = fc
  .record({
    operation: fc.constantFrom(...SOAP_TARGETS),
    kind: fc.constantFrom<FaultKind>('delay', 'drop-request', 'drop-reply', 'fault', 'result-code', 'garbage'),
    resultCode: fc.constantFrom(...RESULT_CODES),
    acted: fc.boolean(),
  })
  .map(({ operation, kind, resultCode, acted }) => ({
    operation,
    kind,
    times: 1,
    ...(kind === 'delay' ? { delayMs: DELAY_MS } : {}),
    ...(kind === 'result-code' ? { resultCode, acted } : {}),
  }));

const fault = (order: FaultOrder): Command =>
  command(
    'the next call of SEQR goes wrong',
    (model, world) => {
      world.sandbox.faults.add(order);
      disturb(model, order);
      return Promise.resolve();
    },
    undefined,
    JSON.stringify(order),
  );

function disturb(model: Model, { operation, kind }: FaultOrder): void {
  model.struck.add(operation);
  if (operation === 'sendInvoice') model.faults.push({ operation, kind });
  else if (kind !== 'delay') model.isDisturbed = true;
}

export const timeAndServers: readonly fc.Arbitrary<Command>[] = [
  ...often(3, fc.constantFrom(10, 10, 20, 60).map(timePasses)),
  always(restart, restartMeanwhileConfirmed),
  always(restartMeanwhileConfirmed),
];

/** A word about the money that is not so: what only a person can put right. */
const lie = fc
  .constantFrom('updateInvoice' as const, 'commitReservation' as const)
  .map((operation) => fault({ operation, kind: 'result-code', times: 1, resultCode: 0, acted: false }));

export const seqrFails: readonly fc.Arbitrary<Command>[] = [...often(4, faults.map(fault)), ...often(2, lie)];
