import type { MachineEvent, PurchaseEvent } from './events.js';
import { type Purchase, type ReviewCase, type Vend, isOver } from './purchase.js';
import { type Step, change, unchanged } from './step.js';

type VendEvent = Extract<MachineEvent, { vendNumber: number }>;

export function isVendEvent(event: PurchaseEvent): event is VendEvent {
  return 'vendNumber' in event;
}

/**
 * Counts what the machine reports, in every state: an event is never dropped for being late. What comes after the
 * amount was frozen cannot be charged any more and becomes a case (I8, I14).
 */
export function afterVend(purchase: Purchase, event: VendEvent, now: number): Step {
  const vend = purchase.vends.find(({ number }) => number === event.vendNumber);
  if (event.type === 'VendSelected') {
    if (vend !== undefined) return unchanged(purchase);
    return change(purchase, { vends: [...purchase.vends, selected(purchase, event, now)] });
  }
  // A result without its selection: the numbering of the machine is gapless, so this machine is not telling the truth.
  if (vend === undefined || vend.result !== 'selected') return unchanged(purchase);
  const result = resultOf(event);
  const vends = purchase.vends.map((one) => (one === vend ? { ...one, result } : one));
  return change(purchase, { vends }, isFrozen(purchase) ? lateCase(purchase, { ...vend, result }) : []);
}

function selected(purchase: Purchase, event: Extract<VendEvent, { type: 'VendSelected' }>, now: number): Vend {
  // The price list of the grant decides, never the machine alone.
  const priceMinor = purchase.prices.get(event.selection);
  const denied = event.denied !== undefined || event.approvedMinor === 0n || priceMinor === undefined;
  return {
    number: event.vendNumber,
    selection: event.selection,
    priceMinor: priceMinor ?? 0n,
    machinePriceMinor: event.machinePriceMinor,
    result: denied ? 'denied' : 'selected',
    selectedAt: now,
  };
}

function resultOf(event: Exclude<VendEvent, { type: 'VendSelected' }>): Vend['result'] {
  switch (event.type) {
    case 'VendDispensed':
      return 'dispensed';
    case 'VendFailed':
      return 'failed';
    case 'VendUncertain':
      return 'uncertain';
  }
}

function isFrozen(purchase: Purchase): boolean {
  return isOver(purchase) || purchase.state === 'SETTLING' || purchase.state === 'RELEASING';
}

function lateCase(purchase: Purchase, vend: Vend): ReviewCase[] {
  if (vend.result === 'failed') return [];
  const certain = vend.result === 'dispensed';
  return [
    {
      reason: certain ? 'late-vend' : 'uncertain-vend',
      amountMinor: vend.priceMinor,
      known: `The machine reported selection ${vend.selection} ${certain ? 'as dispensed' : 'without a result'} after the amount was settled.`,
      suggestedAction: certain ? 'Write the amount off: it cannot be charged any more.' : 'Look at the machine.',
    },
  ];
}
