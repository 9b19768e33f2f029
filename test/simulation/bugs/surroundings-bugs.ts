import type { Act, Purchase } from '#purchase/reserve-first/purchase.js';
import type { SeqrCalls } from '#purchasing/performer.js';
import { ConflictError, type Performer, type PurchaseStore } from '#purchasing/ports.js';

import type { Bug } from './bug.js';

/** A store that differs from the real one in some of its methods. */
function storeWith(changes: (store: PurchaseStore) => Partial<PurchaseStore>) {
  return (store: PurchaseStore): PurchaseStore => ({
    begin: (...args) => store.begin(...args),
    load: (purchaseId) => store.load(purchaseId),
    loadAll: (purchaseIds) => store.loadAll(purchaseIds),
    save: (change) => store.save(change),
    claimDue: (limit, dropped) => store.claimDue(limit, dropped),
    ...changes(store),
  });
}

/** Calls to SEQR of which some differ. */
function seqrWith(changes: (calls: SeqrCalls) => Partial<SeqrCalls>) {
  return (calls: SeqrCalls): SeqrCalls => ({
    sendInvoice: (invoice) => calls.sendInvoice(invoice),
    getPaymentStatus: (question) => calls.getPaymentStatus(question),
    updateInvoice: (update) => calls.updateInvoice(update),
    commitReservation: (commitment) => calls.commitReservation(commitment),
    cancelInvoice: (cancellation) => calls.cancelInvoice(cancellation),
    submitPaymentReceipt: (submission) => calls.submitPaymentReceipt(submission),
    ...changes(calls),
  });
}

function performingWith(change: (purchase: Purchase, act: Act) => Purchase) {
  return (performer: Performer): Performer => ({
    perform: (purchase, act) => performer.perform(change(purchase, act), act),
  });
}

const anHour = 3_600_000;

/** Around the lifecycle: store, calls, servers, gateway and bridge. */
export const SURROUNDINGS_BUGS: readonly Bug[] = [
  {
    name: 'ask SEQR without the version',
    sabotage: {
      seqr: seqrWith((seqr) => ({
        getPaymentStatus: (asked) => seqr.getPaymentStatus({ ...asked, invoiceVersion: 0 }),
      })),
    },
  },
  {
    name: 'commit a cent more',
    sabotage: {
      seqr: seqrWith((seqr) => ({
        commitReservation: ({ amount, ...rest }) =>
          seqr.commitReservation({ ...rest, amount: { ...amount, minor: amount.minor + 1n } }),
      })),
    },
  },
  {
    name: 'commit before the invoice is updated',
    sabotage: {
      seqr: seqrWith((seqr) => ({
        updateInvoice: async ({ invoiceReference, invoice }) => {
          await seqr.commitReservation({ invoiceReference, amount: invoice.totalAmount });
          return seqr.updateInvoice({ invoiceReference, invoice });
        },
      })),
    },
  },
  {
    name: 'send a call twice, to be sure',
    sabotage: {
      seqr: seqrWith((seqr) => ({
        commitReservation: async (commitment) => {
          await seqr.commitReservation(commitment);
          return seqr.commitReservation(commitment);
        },
      })),
    },
  },
  {
    name: 'grant the machine an hour',
    sabotage: {
      performer: performingWith((purchase) => ({ ...purchase, terms: { ...purchase.terms, grantLifetimeMs: anHour } })),
    },
  },
  {
    name: 'grant more than is reserved',
    sabotage: {
      performer: performingWith((purchase, act) =>
        act.kind === 'sendGrant' ? { ...purchase, reservedMinor: purchase.offeredMinor + 100n } : purchase,
      ),
    },
  },
  {
    name: 'take over what was begun and do it again blindly',
    sabotage: {
      store: storeWith((store) => ({
        claimDue: async (limit, dropped) =>
          (await store.claimDue(limit, dropped)).map((claimed) => ({ ...claimed, begun: false })),
      })),
    },
  },
  {
    name: 'leave new purchases of a dead server alone',
    sabotage: {
      store: storeWith((store) => ({
        claimDue: async (limit, dropped) =>
          (await store.claimDue(limit, dropped)).filter(({ act }) => act.kind !== 'sendInvoice'),
      })),
    },
  },
  {
    name: 'take a conflict for a success',
    sabotage: {
      store: storeWith((store) => ({
        save: async (change) => {
          await store.save(change).catch((error: unknown) => {
            if (!(error instanceof ConflictError)) throw error;
          });
        },
      })),
    },
  },
  {
    name: 'write a step down after it was done',
    sabotage: {
      store: storeWith((store) => ({
        save: (change) => {
          // The act begins while the intent is still on its way.
          void store.save(change).catch(() => undefined);
          return Promise.resolve();
        },
      })),
    },
  },
  { name: 'let go of an act before its call can have ended', sabotage: { leaseMs: 200 } },
  { name: 'act although the leases may be gone', sabotage: { actsWhenFenced: true } },
  { name: 'never look for what others left', sabotage: { neverSweeps: true } },
  { name: 'acknowledge an event before it is durable', sabotage: { acknowledgesFirst: true } },
  { name: 'take the events of a machine in any order', sabotage: { takesAnyOrder: true } },
  { name: 'hold up a machine’s events behind one that cannot be read', sabotage: { holdsUpUnreadable: true } },
  { name: 'answer createPurchase with success whatever SEQR said', sabotage: { answersAnyway: true } },
  { name: 'sell a machine twice', sabotage: { sellsTwice: true } },
  { name: 'give one grant number to all purchases', sabotage: { grantNumber: () => 1 } },
  { name: 'let grant numbers go down', sabotage: { grantNumber: (count) => 1_000 - count } },
  {
    name: 'unlock for a grant of another boot',
    sabotage: { command: (command, bootId) => (command.type === 'grant' ? { ...command, bootId } : command) },
  },
  { name: 'approve a choice that the machine gave up', sabotage: { approvesAfterMs: 25_000 } },
];
