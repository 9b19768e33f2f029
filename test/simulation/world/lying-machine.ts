import type { MachineEventBody } from '#machine-protocol/messages.js';
import type { Slot } from '#simulated-machine/vmc-model.js';

import type { Random } from './random.js';
import type { Truth } from './truth.js';
import type { Weather } from './weather.js';

/** Ways in which a manipulated bridge could report what did not happen. */
const LIES = ['another total', 'one vend more', 'more than was granted'] as const;
/** Enough of the dearest product to pass every reservation. */
const EXTRA_VENDS = 30;

type ClosingReport = Extract<MachineEventBody, { type: 'session.closed' }>;

/** What a machine writes down: mostly what happened. What it invents stands in the ground truth. */
export function wordingOf(
  body: MachineEventBody,
  slots: readonly Slot[],
  { weather, truth }: { readonly weather: Weather; readonly truth: Truth },
  random: Random,
): readonly MachineEventBody[] {
  if (body.type !== 'session.closed' || body.reason === 'never-opened') return [body];
  truth.of(body.purchaseId).closed = true;
  if (!weather.strikes('machine-lies')) return [body];
  truth.of(body.purchaseId).machineLied = true;
  switch (random.pick(LIES)) {
    case 'another total':
      return [{ ...body, dispensedMinor: body.dispensedMinor + 50 }];
    case 'one vend more':
      return invented(body, slots, 1);
    case 'more than was granted':
      return invented(body, slots, EXTRA_VENDS);
  }
}

function invented(report: ClosingReport, slots: readonly Slot[], count: number): MachineEventBody[] {
  const dearest = slots.toSorted((a, b) => b.priceMinor - a.priceMinor)[0];
  if (dearest === undefined) return [report];
  const { purchaseId, grantNumber, selections } = report;
  const { selection, priceMinor } = dearest;
  const prices = { machinePriceMinor: priceMinor, approvedMinor: priceMinor };
  const vends = Array.from({ length: count }, (_, index): MachineEventBody[] => {
    const vend = { purchaseId, grantNumber, vendNumber: selections + index + 1, serial: [] };
    return [
      { type: 'vend.selected', ...vend, selection, ...prices },
      { type: 'vend.dispensed', ...vend },
    ];
  });
  return [...vends.flat(), { ...report, selections: selections + count }];
}
