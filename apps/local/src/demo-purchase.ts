import type { TimeLineEntryView } from '#fleet/operator-views.js';
import { formatMoney } from '#purchase/money.js';
import { MachineViews } from '#reseller-api/operator-api/machine-views.js';
import { PurchaseViews } from '#reseller-api/operator-api/purchase-views.js';
import type { Invoice } from '#seqr-sandbox/invoice.js';

import { DEMO_MACHINE_ID } from './demo-machine.js';
import type { LocalSystem } from './system.js';

/** A payer of the sandbox; no such number exists. */
const PAYER = { msisdn: '46700000001', amount: '20.00', currency: 'EUR', pin: '1234' };
/** From the start of the bridge to a machine that is ready, and from the scan to the receipt. */
const READY_WITHIN_MS = 30_000;
const DONE_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

export class DemoPurchaseError extends Error {
  override readonly name = 'DemoPurchaseError';
}

/**
 * One purchase from scan to receipt: the sandbox's payer scans and confirms, then takes two products at the simulated
 * machine. Every line of the time line is handed to `tell` as it happens.
 *
 * @returns what the three books say in the end. @throws DemoPurchaseError when it was not committed, or they disagree.
 */
export async function demoPurchase(system: LocalSystem, tell: (entry: TimeLineEntryView) => void): Promise<string> {
  const { sandbox, machine } = system;
  if (sandbox === undefined) throw new DemoPurchaseError('only the sandbox can play the payer');
  await until(READY_WITHIN_MS, 'the simulated machine is not ready', () =>
    Promise.resolve(system.bridge.presence().machineState === 'ready' ? true : undefined),
  );
  await until(READY_WITHIN_MS, 'the server has not heard of the machine', () => heardOfMachine(system));

  const before = machine.dispensed.length;
  const choices = machine
    .view()
    .slots.filter((slot) => slot.stock > 0)
    .slice(0, 2);
  machine.scriptBuyer([...choices.map(({ selection }) => ({ press: selection, afterMs: 400 })), { finish: true }]);
  const scan = await sandbox.payer.scan({ qrText: system.qrText, ...PAYER });
  if (scan.outcome !== 'invoice') {
    throw new DemoPurchaseError(
      `createPurchase did not give an invoice: ${scan.outcome === 'broken' ? scan.reason : scan.body}`,
    );
  }
  const follow = followPurchase(system, scan.invoiceReference, tell);
  sandbox.payer.confirm(scan.invoiceReference, PAYER.pin);
  const state = await follow;
  if (state !== 'COMMITTED') throw new DemoPurchaseError(`the purchase ended as ${state}, not COMMITTED`);

  const invoice = sandbox.book.find(scan.invoiceReference);
  const fallen = machine.dispensed.slice(before).reduce((total, { priceMinor }) => total + BigInt(priceMinor), 0n);
  return compareBooks(invoice, fallen);
}

function compareBooks(invoice: Invoice | undefined, fallenMinor: bigint): string {
  if (invoice?.state !== 'PAID') {
    throw new DemoPurchaseError(`the sandbox’s book says ${invoice?.state ?? 'nothing'}, not PAID`);
  }
  const paid = formatMoney({ minor: invoice.committed, currency: invoice.currency });
  if (invoice.committed !== fallenMinor) {
    const fallen = formatMoney({ minor: fallenMinor, currency: invoice.currency });
    throw new DemoPurchaseError(`SEQR was paid ${paid} and the machine dispensed for ${fallen}`);
  }
  return `SEQR’s book says PAID, ${paid}. What fell out of the machine is worth the same.`;
}

async function heardOfMachine(system: LocalSystem): Promise<true | undefined> {
  const views = system.app.get(MachineViews, { strict: false });
  const machine = (await views.list()).find(({ id }) => id === DEMO_MACHINE_ID);
  return machine?.presence === 'online' && machine.machineState === 'ready' ? true : undefined;
}

/** Hands over the time line as it grows. @returns the final state, when the receipt is through as well. */
async function followPurchase(
  system: LocalSystem,
  invoiceReference: string,
  tell: (entry: TimeLineEntryView) => void,
): Promise<string> {
  const views = system.app.get(PurchaseViews, { strict: false });
  let told = 0;
  return until(DONE_WITHIN_MS, 'the purchase did not come to its end', async () => {
    const [newest] = await views.list({ machineId: DEMO_MACHINE_ID, limit: 1 });
    if (newest === undefined || newest.invoiceReference !== invoiceReference) return undefined;
    const purchase = await views.one(newest.id);
    for (const entry of purchase?.timeLine.slice(told) ?? []) tell(entry);
    told = Math.max(told, purchase?.timeLine.length ?? 0);
    const receipted = purchase?.timeLine.some(({ step }) => step === 'receipt') ?? false;
    return newest.isOver && (receipted || newest.state !== 'COMMITTED') ? newest.state : undefined;
  });
}

async function until<T>(withinMs: number, otherwise: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new DemoPurchaseError(`${otherwise} within ${withinMs / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
