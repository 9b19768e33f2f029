import { PayerError } from '#seqr-sandbox/book-rules.js';
import type { BuyerStep } from '#simulated-machine/buyer.js';

import type { CrashSystem } from './crash-system.js';
import { eventually } from '../support/eventually.js';
import type { MachinePlace } from './machine-place.js';

/** What a payer does, decided before he comes. */
export interface VisitPlan {
  readonly steps: readonly BuyerStep[];
  readonly phone: 'confirm' | 'decline' | 'ignore';
  /** Told between the invoice and the confirmation. */
  readonly beforeConfirming?: () => Promise<void> | void;
}

/** While servers, broker or database are down payers get no invoice: they try again. Bounded by the longest hold of a machine. */
const INVOICE_WITHIN_MS = 400_000;
const TRY_AGAIN_MS = 100;
const PIN = '1234';

/** Scans until there is an invoice, and answers it on the phone; the machine plays `steps` when it is unlocked. @returns false when `isOver` came first. */
export async function visit(
  { sandbox }: CrashSystem,
  place: MachinePlace,
  plan: VisitPlan,
  isOver: () => boolean = () => false,
): Promise<boolean> {
  const reference = await eventually(
    `${place.machineId} takes a payer`,
    async () => {
      if (isOver()) return null;
      const scan = await sandbox.payer.scan({
        token: place.token,
        msisdn: '46700000001',
        amount: '20.00',
        currency: 'EUR',
      });
      return scan.outcome === 'invoice' ? scan.invoiceReference : undefined;
    },
    INVOICE_WITHIN_MS,
    TRY_AGAIN_MS,
  );
  if (reference === null) return false;
  if (plan.phone === 'ignore') return true;
  if (plan.phone === 'confirm') place.script(plan.steps);
  await plan.beforeConfirming?.();
  try {
    if (plan.phone === 'confirm') place.confirming(reference);
    if (plan.phone === 'confirm') sandbox.payer.confirm(reference, PIN);
    else sandbox.payer.decline(reference);
  } catch (error) {
    // The server gave the purchase up meanwhile, or nobody collected an earlier confirmation in time.
    if (!(error instanceof PayerError)) throw error;
  }
  return true;
}
