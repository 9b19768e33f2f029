import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import { EventTakenError, type PurchaseStore } from '#purchasing/ports.js';

import { type Bug, misheard, twisted, withChanges } from './bug.js';

/** An event that was taken in before is handed on all the same. */
function takingTwice(store: PurchaseStore): PurchaseStore {
  const taken = new Set<string>();
  return {
    begin: (...args) => store.begin(...args),
    load: (purchaseId) => store.load(purchaseId),
    loadAll: (purchaseIds) => store.loadAll(purchaseIds),
    claimDue: (limit, dropped) => store.claimDue(limit, dropped),
    save: async (change) => {
      const { machineEvent, ...rest } = change;
      const key = `${machineEvent?.journalId}/${machineEvent?.seq}`;
      try {
        await store.save(change);
        taken.add(key);
      } catch (error) {
        if (!(error instanceof EventTakenError) || !taken.has(key) || change.after === change.before) throw error;
        await store.save(rest);
      }
    },
  };
}

type Result = 'VendDispensed' | 'VendFailed' | 'VendUncertain';

function resultAs(event: PurchaseEvent, from: Result, to: Result): PurchaseEvent {
  if (event.type !== from) return event;
  const { grantNumber, vendNumber } = event;
  return to === 'VendDispensed'
    ? { type: to, grantNumber, vendNumber }
    : { type: to, grantNumber, vendNumber, reason: '' };
}

const doubleCount = twisted('count a repeated vend twice', (after, before, event) => {
  const isRepeated = event.type === 'VendDispensed' && after.purchase === before;
  const vend = isRepeated && before.vends.find(({ number }) => number === event.vendNumber);
  if (!vend || vend.result !== 'dispensed' || before.settlement !== null) return after;
  const vends = [...before.vends, { ...vend, number: vend.number + 500 }];
  return withChanges(after, { vends, version: before.version + 1 });
});

/** What came out, and what did not. */
export const VEND_BUGS: readonly Bug[] = [
  { ...doubleCount, sabotage: { ...doubleCount.sabotage, store: takingTwice } },
  misheard('charge an uncertain vend', (event) => resultAs(event, 'VendUncertain', 'VendDispensed')),
  misheard('charge a failed vend', (event) => resultAs(event, 'VendFailed', 'VendDispensed')),
  misheard('take a dispensed item for a failed one', (event) => resultAs(event, 'VendDispensed', 'VendFailed')),
  twisted('charge a denied choice', (after, before, event) =>
    event.type === 'VendSelected' && after.purchase !== before
      ? withChanges(after, {
          vends: after.purchase.vends.map((vend) =>
            vend.result === 'denied' ? { ...vend, priceMinor: vend.machinePriceMinor, result: 'dispensed' } : vend,
          ),
        })
      : after,
  ),
  twisted('charge what was chosen and never reported', (after, before, event) =>
    event.type === 'SessionClosed' && after.purchase.settlement !== null && before.settlement === null
      ? withChanges(after, {
          settlement: {
            ...after.purchase.settlement,
            amountMinor: before.vends.reduce(
              (total, { result, priceMinor }) =>
                result === 'selected' || result === 'dispensed' ? total + priceMinor : total,
              0n,
            ),
          },
        })
      : after,
  ),
  twisted('forget the second item', (after, before, event) =>
    event.type === 'VendDispensed' && event.vendNumber > 1 ? { purchase: before, cases: [] } : after,
  ),
  twisted('drop a vend that is reported late', (after, before, event) =>
    'vendNumber' in event && (before.end !== null || before.state === 'RELEASING' || before.state === 'SETTLING')
      ? { purchase: before, cases: [] }
      : after,
  ),
  twisted('tell nobody of an uncertain vend', (after) => ({
    ...after,
    cases: after.cases.filter(({ reason }) => reason !== 'uncertain-vend'),
  })),
  twisted('charge the price of the next selection', (after, before, event) =>
    event.type === 'VendSelected' && after.purchase !== before
      ? withChanges(after, {
          vends: after.purchase.vends.map((vend) => ({
            ...vend,
            priceMinor: before.prices.get(vend.selection + 1) ?? vend.priceMinor,
          })),
        })
      : after,
  ),
];
