import type { MachineEvent, PurchaseEvent } from './events.js';
import { type Purchase, type ReviewCase, type Vend, isOver } from './purchase.js';
import { type Step, change, unchanged } from './step.js';

type VendEvent = Extract<MachineEvent, { vendNumber: number }>;

export function isVendEvent(event: PurchaseEvent): event is VendEvent {
  return 'vendNumber' in event;
}

/**
 * Counts what the machine reports, in every state: an event is never dropped for being late. What comes when it cannot
 * be charged becomes a case (I8), and so does a second word that differs from the first; an equal one is absorbed (I14).
 */
export function afterVend(purchase: Purchase, event: VendEvent, now: number): Step {
  const vend = purchase.vends.find(({ number }) => number === event.vendNumber);
  if (event.type === 'VendSelected') {
    if (vend !== undefined) return vend.selection === event.selection ? unchanged(purchase) : disputed(purchase, vend);
    return change(purchase, { vends: [...purchase.vends, selected(purchase, event, now)] });
  }
  // A result without its selection: the numbering of the machine is gapless, so this machine is not telling the truth.
  if (vend === undefined) return unchanged(purchase);
  const result = resultOf(event);
  // A machine that did not know may learn it before it closes the session, and says so.
  if (vend.result === 'selected' || vend.result === 'uncertain') {
    return result === vend.result ? unchanged(purchase) : withResult(purchase, vend, result);
  }
  const isNews = result !== vend.result && !(vend.result === 'denied' && result === 'failed');
  return isNews ? disputed(purchase, vend) : unchanged(purchase);
}

function withResult(purchase: Purchase, vend: Vend, result: Vend['result']): Step {
  if (purchase.grant !== null && !isFrozen(purchase)) return replaced(purchase, vend, { ...vend, result });
  const late = { ...vend, result, late: true } as const;
  return replaced(purchase, vend, late, lateCase(late));
}

function disputed(purchase: Purchase, vend: Vend): Step {
  if (vend.disputed) return unchanged(purchase);
  return replaced(purchase, vend, { ...vend, disputed: true }, [
    {
      reason: 'report-differs',
      amountMinor: vend.priceMinor,
      known: `The machine reported selection ${vend.selection} as ${vend.result}, and then something else of it. The first counts.`,
      suggestedAction: 'Compare the machine’s counters with the vends of this purchase.',
    },
  ]);
}

function replaced(purchase: Purchase, vend: Vend, by: Vend, cases: readonly ReviewCase[] = []): Step {
  return change(purchase, { vends: purchase.vends.map((one) => (one === vend ? by : one)) }, cases);
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

function lateCase(vend: Vend): ReviewCase[] {
  if (vend.result === 'failed') return [];
  const certain = vend.result === 'dispensed';
  return [
    {
      reason: certain ? 'late-vend' : 'uncertain-vend',
      amountMinor: vend.priceMinor,
      known: `The machine reported selection ${vend.selection} ${certain ? 'as dispensed' : 'without a result'} when it could not be charged.`,
      suggestedAction: certain ? 'Write the amount off: it cannot be charged any more.' : 'Look at the machine.',
    },
  ];
}
