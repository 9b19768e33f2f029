import { deepEqual, equal, ok, rejects } from 'node:assert/strict';

import type { PurchaseEvent } from '#purchase/reserve-first/events.js';
import { type Beginning, step } from '#purchase/reserve-first/lifecycle.js';
import type { Purchase } from '#purchase/reserve-first/purchase.js';
import {
  accepted,
  cancelled,
  closed,
  committed,
  dispensed,
  failed,
  grantSent,
  notified,
  paid,
  receiptSubmitted,
  selected,
  status,
  updated,
} from '#purchase/testing/happenings.js';

import {
  type Change,
  ConflictError,
  EventTakenError,
  InvoiceReferenceTakenError,
  MachineHeldError,
  type MachineEventRecord,
  type PurchaseStore,
} from '../ports.js';

/** A database to try a store on. */
export interface StoreRig {
  /** The store as a new server has it; the server lives. */
  newServer(): Promise<{ readonly id: string; readonly store: PurchaseStore }>;
  /** Time passes. Only the named servers say that they live. */
  pass(ms: number, livingServers: readonly string[]): Promise<void>;
  now(): number;
  /** A purchase with a new id at a machine that nobody uses. */
  newBeginning(): Promise<Omit<Beginning, 'grantNumber'>>;
}

const REQUEST = { payer: 'pseudonym', requestKey: 'key' };
const LONGER_THAN_A_LEASE_MS = 16_000;
const LONGER_THAN_A_LIFE_MS = 4_000;

let invoices = 0;
const issued = (): PurchaseEvent => {
  invoices += 1;
  return { type: 'InvoiceIssued', invoiceReference: `7${String(invoices).padStart(11, '0')}` };
};

/** One event, through the lifecycle and into the store. */
async function move(
  rig: StoreRig,
  store: PurchaseStore,
  before: Purchase,
  event: PurchaseEvent,
  extra: Pick<Change, 'machineEvent'> = {},
): Promise<Purchase> {
  const own = 'grantNumber' in event ? { ...event, grantNumber: before.grantNumber } : event;
  const { purchase: after, cases } = step(before, own, rig.now());
  await store.save({ before, after, event: own, at: rig.now(), cases, calls: [], ...extra });
  return after;
}

async function moveAll(rig: StoreRig, store: PurchaseStore, before: Purchase, ...events: PurchaseEvent[]) {
  let purchase = before;
  for (const event of events) purchase = await move(rig, store, purchase, event);
  return purchase;
}

async function begun(rig: StoreRig) {
  const server = await rig.newServer();
  const purchase = await server.store.begin(await rig.newBeginning(), REQUEST);
  return { ...server, purchase };
}

/** What is due and free, of one purchase. */
async function claim(store: PurchaseStore, purchase: Purchase, dropped: readonly string[] = []) {
  const claimed = await store.claimDue(1_000, dropped);
  return claimed
    .filter(({ purchaseId }) => purchaseId === purchase.id)
    .map(({ act, begun }) => ({ kind: act.kind, begun }));
}

function machineEvent(purchase: Purchase, seq: number, journalId = 'journal-0001'): MachineEventRecord {
  return {
    machineId: purchase.machineId,
    journalId: `${journalId}-${purchase.machineId}`,
    bootId: 'boot-0001',
    seq,
    type: 'vend.dispensed',
    body: { type: 'vend.dispensed' },
    machineAt: '2026-11-21T12:00:00.000Z',
    purchaseId: purchase.id,
    rejected: null,
  };
}

export interface StoreRule {
  readonly name: string;
  readonly check: (rig: StoreRig) => Promise<void>;
}

/** What the runner relies on: every store keeps these rules. */
export const STORE_CONTRACT: readonly StoreRule[] = [
  {
    name: 'begins a purchase in state NEW, at version 1, with its first act',
    async check(rig) {
      const { purchase } = await begun(rig);

      equal(purchase.state, 'NEW');
      equal(purchase.version, 1);
      equal(purchase.next?.kind, 'sendInvoice');
    },
  },
  {
    name: 'gives back what was written, in every state up to the receipt',
    async check(rig) {
      const { store, purchase } = await begun(rig);
      const vend = [selected(1, 11), dispensed(1), selected(2, 12), dispensed(2)];
      const events = [issued(), notified, status('RESERVED'), grantSent, accepted, ...vend, closed(2, 370n)];
      let now = purchase;
      for (const event of [...events, updated, committed, paid(370n), receiptSubmitted]) {
        now = await move(rig, store, now, event);
        deepEqual(await store.load(now.id), now);
      }
      equal(now.state, 'COMMITTED');
      equal(now.settlement?.amountMinor, 370n);
    },
  },
  {
    name: 'knows nothing of a purchase that is not there',
    async check(rig) {
      const { store } = await rig.newServer();

      equal(await store.load('0190a000-0000-7000-8000-00000000ffff'), null);
    },
  },
  {
    name: 'gives many back at once, as it gives each, and leaves out what is not there',
    async check(rig) {
      const { store, purchase } = await begun(rig);
      const other = await begun(rig);
      const unlocked = await moveAll(rig, store, purchase, issued(), status('RESERVED'), accepted, selected(1, 11));

      const found = await store.loadAll([other.purchase.id, '0190a000-0000-7000-8000-00000000ffff', unlocked.id]);
      deepEqual(
        new Map(found.map((one) => [one.id, one])),
        new Map([unlocked, other.purchase].map((one) => [one.id, one])),
      );
      deepEqual(await store.loadAll([]), []);
    },
  },
  {
    name: 'lets one purchase have the machine, and the next when that is over',
    async check(rig) {
      const { store, purchase } = await begun(rig);
      const again = { ...(await rig.newBeginning()), machineId: purchase.machineId };

      await rejects(store.begin(again, REQUEST), MachineHeldError);
      await move(rig, store, purchase, failed('InvoiceFailed', 'unknown'));
      const next = await store.begin(again, REQUEST);
      ok(next.grantNumber > purchase.grantNumber, 'the later purchase has the larger grant number');
    },
  },
  {
    name: 'refuses a step from a version that is not the newest, and keeps nothing of it',
    async check(rig) {
      const { store, purchase } = await begun(rig);
      const newest = await move(rig, store, purchase, issued());

      await rejects(move(rig, store, purchase, failed('InvoiceFailed', 'unknown')), ConflictError);
      deepEqual(await store.load(purchase.id), newest);
    },
  },
  {
    name: 'refuses the invoice of another purchase',
    async check(rig) {
      const first = await begun(rig);
      const second = await begun(rig);
      const invoice = issued();
      await move(rig, first.store, first.purchase, invoice);

      await rejects(move(rig, second.store, second.purchase, invoice), InvoiceReferenceTakenError);
      deepEqual(await second.store.load(second.purchase.id), second.purchase);
    },
  },
  {
    name: 'leaves an act to the server that leased it, as long as that lives',
    async check(rig) {
      const { id, purchase } = await begun(rig);
      const other = await rig.newServer();
      await rig.pass(LONGER_THAN_A_LIFE_MS, [id, other.id]);

      deepEqual(await claim(other.store, purchase), []);
    },
  },
  {
    name: 'frees the acts of a server that has not been heard of, for one other',
    async check(rig) {
      const { purchase } = await begun(rig);
      const [other, third] = [await rig.newServer(), await rig.newServer()];
      await rig.pass(LONGER_THAN_A_LIFE_MS, [other.id, third.id]);

      deepEqual(await claim(other.store, purchase), [{ kind: 'sendInvoice', begun: true }]);
      deepEqual(await claim(third.store, purchase), []);
    },
  },
  {
    name: 'knows that an act was not begun whose server was dead before it fell due',
    async check(rig) {
      const { store, purchase } = await begun(rig);
      const unlocked = await moveAll(rig, store, purchase, issued(), status('RESERVED'), accepted);
      let releasing = await move(rig, store, unlocked, closed(0, 0n));
      // Each pause before SEQR is asked again is longer: the last one outlives its server.
      for (let failures = 0; failures < 6; failures += 1) {
        releasing = await moveAll(rig, store, releasing, failed('CancelFailed', 'unknown'), status('RESERVED'));
      }
      const waitMs = (releasing.next?.dueAt ?? 0) - rig.now();
      ok(waitMs > LONGER_THAN_A_LIFE_MS, `it is due in ${waitMs} ms`);
      const other = await rig.newServer();
      await rig.pass(waitMs + 1, [other.id]);

      deepEqual(await claim(other.store, purchase), [{ kind: 'cancelInvoice', begun: false }]);
    },
  },
  {
    name: 'frees an act that a living server has forgotten for longer than its lease',
    async check(rig) {
      const { id, purchase } = await begun(rig);
      const other = await rig.newServer();
      await rig.pass(LONGER_THAN_A_LEASE_MS, [id, other.id]);

      deepEqual(await claim(other.store, purchase), [{ kind: 'sendInvoice', begun: true }]);
    },
  },
  {
    name: 'keeps back what is not due yet',
    async check(rig) {
      const { store, purchase } = await begun(rig);
      await move(rig, store, purchase, issued());
      const other = await rig.newServer();

      deepEqual(await claim(other.store, purchase), []);
    },
  },
  {
    name: 'leases a new act to the server that decided it',
    async check(rig) {
      const { purchase, store } = await begun(rig);
      const other = await rig.newServer();
      const waiting = await move(rig, store, purchase, issued());
      await move(rig, other.store, waiting, notified);
      const third = await rig.newServer();
      await rig.pass(LONGER_THAN_A_LIFE_MS, [other.id, third.id]);

      deepEqual(await claim(third.store, purchase), []);
    },
  },
  {
    name: 'leaves the lease of an act that stays where it is',
    async check(rig) {
      const { id, purchase, store } = await begun(rig);
      const unlocked = await moveAll(rig, store, purchase, issued(), status('RESERVED'), accepted);
      const settling = await moveAll(rig, store, unlocked, selected(1, 11), dispensed(1), closed(1, 180n));
      const other = await rig.newServer();
      await move(rig, other.store, settling, selected(2, 12));
      const third = await rig.newServer();
      await rig.pass(LONGER_THAN_A_LIFE_MS, [id, third.id]);

      deepEqual(await claim(third.store, purchase), []);
      await rig.pass(LONGER_THAN_A_LIFE_MS, [other.id, third.id]);
      deepEqual(await claim(third.store, purchase), [{ kind: 'updateInvoice', begun: true }]);
    },
  },
  {
    name: 'gives an act back to the server that dropped it, and to no other that says so',
    async check(rig) {
      const { purchase, store } = await begun(rig);
      const other = await rig.newServer();

      deepEqual(await claim(store, purchase), []);
      deepEqual(await claim(other.store, purchase, [purchase.id]), []);
      deepEqual(await claim(store, purchase, [purchase.id]), [{ kind: 'sendInvoice', begun: true }]);
    },
  },
  {
    name: 'has nothing left to do for a purchase that is over',
    async check(rig) {
      const { purchase, store } = await begun(rig);
      await moveAll(rig, store, purchase, issued(), status('CANCELED'));
      const other = await rig.newServer();
      await rig.pass(LONGER_THAN_A_LEASE_MS, [other.id]);

      deepEqual(await claim(other.store, purchase), []);
    },
  },
  {
    name: 'takes the events of a journal in without a gap and once each, with the step or not at all',
    async check(rig) {
      const { purchase, store } = await begun(rig);
      const unlocking = await moveAll(rig, store, purchase, issued(), status('RESERVED'), grantSent);
      const take = (before: Purchase, event: PurchaseEvent, seq: number) =>
        move(rig, store, before, event, { machineEvent: machineEvent(purchase, seq) });

      await rejects(take(unlocking, accepted, 2), EventTakenError);
      deepEqual(await store.load(purchase.id), unlocking);
      const unlocked = await take(unlocking, accepted, 1);
      await rejects(take(unlocked, selected(1, 11), 1), EventTakenError);
      // The step meets a newer record: its event is not taken in either, and comes again.
      await rejects(take(unlocking, selected(1, 11), 2), ConflictError);
      deepEqual((await take(unlocked, selected(1, 11), 2)).vends.length, 1);
    },
  },
  {
    name: 'takes an event that means nothing in only when it means nothing to the newest record',
    async check(rig) {
      const { purchase, store } = await begun(rig);
      const waiting = await move(rig, store, purchase, issued());
      const newest = await move(rig, store, waiting, status('RESERVED'));
      const nothing = { event: accepted, at: rig.now(), cases: [], calls: [], machineEvent: machineEvent(purchase, 1) };

      await rejects(store.save({ ...nothing, before: waiting, after: waiting }), ConflictError);
      await store.save({ ...nothing, before: newest, after: newest });
      await rejects(store.save({ ...nothing, before: newest, after: newest }), EventTakenError);
    },
  },
  {
    name: 'writes down calls that changed nothing, without a step',
    async check(rig) {
      const { purchase, store } = await begun(rig);
      const call = {
        operation: 'cancelInvoice',
        clientReference: '0190a0000000700080000000000000c1',
        sentAt: new Date(rig.now()).toISOString(),
        durationMs: 12.4,
        outcome: 'answered',
        resultCode: 0,
      } as const;

      await store.save({
        before: purchase,
        after: purchase,
        event: cancelled,
        at: rig.now(),
        cases: [],
        calls: [call],
      });
      deepEqual(await store.load(purchase.id), purchase);
    },
  },
];
