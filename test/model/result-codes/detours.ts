import { accepted, closed, dispensed, refused, selected } from '#purchase/testing/happenings.js';
import { TERMS } from '#purchase/testing/visit.js';
import type { FaultTarget } from '#seqr-sandbox/faults.js';

import { US } from './clerk.js';
import type { Expected } from './expected.js';
import { SELLS, SELLS_NOTHING } from './places.js';
import type { Shop } from './shop.js';

interface Detour {
  readonly name: string;
  readonly comesThrough: string;
  readonly ends: Expected;
  readonly lead: (shop: Shop) => Promise<void>;
}

const CHARGED: Expected = { state: 'COMMITTED', cases: [], paid: 180n };
const RELEASED: Expected = { state: 'RELEASED', cases: [], paid: 0n };

function answerOnce(shop: Shop, operation: FaultTarget, resultCode: number): void {
  shop.faults.add({ operation, kind: 'result-code', resultCode, acted: false, times: 1 });
}

/** Cancelling begins when the window ends; the payer confirms in the moment before. */
async function confirmAtTheLast(shop: Shop): Promise<void> {
  await shop.scan();
  await shop.pass(TERMS.confirmWithinMs - 1);
  // Nobody hears of it but by asking.
  shop.isDeaf = true;
  await shop.confirm();
}

/** Ways that no result code leads: what payers, machines and other programs of the same merchant do. */
export const DETOURS: readonly Detour[] = [
  {
    name: 'ends a purchase that the payer declines',
    comesThrough: 'INVOICED → CANCELLED',
    ends: { state: 'CANCELLED', cases: [], paid: 0n },
    lead: async (shop) => {
      await shop.scan();
      await shop.decline();
    },
  },
  {
    name: 'unlocks nothing for an invoice that was debited though only a reservation was asked for',
    comesThrough: 'INVOICED → REVIEW',
    ends: { state: 'REVIEW', cases: ['unexpected-payment'], paid: 2_000n },
    lead: async (shop) => {
      await shop.scan();
      shop.isDeaf = true;
      await shop.confirm();
      shop.book.commit(US, shop.invoice?.reference ?? '');
    },
  },
  {
    name: 'unlocks for a payer who confirmed at the last moment, when SEQR refused the cancel',
    comesThrough: 'CANCELLING → UNLOCKING',
    ends: CHARGED,
    lead: async (shop) => {
      shop.machine = SELLS;
      answerOnce(shop, 'cancelInvoice', 51);
      await confirmAtTheLast(shop);
    },
  },
  {
    name: 'gives back what a payer confirmed at the last moment, when a cancel may still take effect',
    comesThrough: 'CANCELLING → RELEASING',
    ends: RELEASED,
    lead: async (shop) => {
      answerOnce(shop, 'cancelInvoice', 0);
      await confirmAtTheLast(shop);
    },
  },
  {
    name: 'gives everything back when the machine refuses the grant',
    comesThrough: 'UNLOCKING → RELEASING',
    ends: RELEASED,
    lead: async (shop) => {
      shop.machine = [refused()];
      await shop.scan();
      await shop.confirm();
    },
  },
  {
    name: 'gives everything back when the machine never answers the grant',
    comesThrough: 'UNLOCKING → CLOSING',
    ends: RELEASED,
    lead: async (shop) => {
      await shop.scan();
      await shop.confirm();
    },
  },
  {
    name: 'charges what came out when the machine’s word that it opened is lost for good',
    comesThrough: 'UNLOCKING → SETTLING',
    ends: CHARGED,
    lead: async (shop) => {
      shop.machine = SELLS.slice(1);
      await shop.scan();
      await shop.confirm();
    },
  },
  {
    name: 'charges what came out when the machine never says that it locked',
    comesThrough: 'CLOSING → SETTLING',
    ends: { ...CHARGED, cases: ['no-closing-report'] },
    lead: async (shop) => {
      shop.machine = SELLS.slice(0, -1);
      await shop.scan();
      await shop.confirm();
    },
  },
  {
    name: 'gives everything back when the machine opened, sold nothing and never says that it locked',
    comesThrough: 'UNLOCKED → CLOSING',
    ends: { ...RELEASED, cases: ['no-closing-report'] },
    lead: async (shop) => {
      shop.machine = SELLS_NOTHING.slice(0, -1);
      await shop.scan();
      await shop.confirm();
    },
  },
  {
    name: 'charges what came out and tells a person of a vend that nobody knows the result of',
    comesThrough: 'UNLOCKED → SETTLING',
    ends: { ...CHARGED, cases: ['uncertain-vend'] },
    lead: async (shop) => {
      shop.machine = [accepted, selected(1, 11), dispensed(1), selected(2, 12), closed(1, 180n)];
      await shop.scan();
      await shop.confirm();
    },
  },
];
