import type { EventAck, Grant } from '#machine-protocol/messages.js';
import { DEFAULT_TIMINGS } from '#bridge/timings.js';

import type { Database, Row } from '../world/database.js';
import type { SimMachine } from '../world/machine.js';
import type { Seqr } from '../world/seqr.js';
import { CLOCK_ERROR_MS } from '../world/server.js';
import type { Truth } from '../world/truth.js';

import type { History } from './history.js';
import type { Report } from './violation.js';

const MAY_BE_OPEN = ['UNLOCKING', 'UNLOCKED', 'CLOSING'];

/** I3: nothing leaves for a machine, and nothing opens, without a durable RESERVED. */
export function checkUnlocking({ purchase }: Row, history: History, report: Report): void {
  if (!history.wasReserved) report('I3', purchase.id, 'a grant without a durable answer RESERVED of our amount');
}

/** The machine acts on a grant: I2, I3, I5. */
export function checkOpening(
  machine: SimMachine,
  grant: Grant,
  row: Row,
  history: History,
  highestOpened: number,
  world: { readonly now: number; readonly seqr: Seqr; readonly truth: Truth },
  report: Report,
): void {
  const { purchase } = row;
  checkUnlocking(row, history, report);
  if (!history.grantedBoots.has(machine.bootId ?? '')) {
    report('I2', purchase.id, 'the machine acts on a grant for another boot');
  }
  if (grant.grantNumber <= highestOpened) report('I2', purchase.id, `grant ${grant.grantNumber} is not a new number`);
  if (grant.amountMinor !== Number(purchase.reservedMinor)) report('I2', purchase.id, 'a grant of another amount');
  if (!MAY_BE_OPEN.includes(purchase.state)) report('I6', purchase.id, `the machine opens in ${purchase.state}`);
  if (world.truth.of(purchase.id).lies.size > 0) return;
  const invoice = world.seqr.book.find(purchase.invoiceReference ?? '');
  if (invoice?.state !== 'RESERVED') {
    report('I3', purchase.id, `the machine opens, and the invoice is ${invoice?.state ?? 'not there'}`);
    return;
  }
  const leftMs = (invoice.endsAt?.getTime() ?? 0) - world.now - grant.lifetimeMs;
  // Half of the margin has to be left for update and commit even when the grant is used to its end.
  if (leftMs < purchase.terms.settleMarginMs / 2) {
    report('I5', purchase.id, `the grant may last until ${leftMs} ms before the reservation ends`);
  }
}

/** MDB's response time: an approval that comes later meets a machine that has given up. */
export function checkApproval(purchaseId: string, askedAt: number, now: number, report: Report): void {
  const tookMs = now - askedAt;
  if (tookMs > DEFAULT_TIMINGS.approvalMs) report('I2', purchaseId, `approved ${tookMs} ms after the choice`);
}

/** I6: nobody else gets the machine, and no money goes back, while it is open. */
export function checkLocked({ purchase, cases }: Row, machine: SimMachine, now: number, report: Report): void {
  if (machine.openPurchaseId !== purchase.id || !machine.hardware.isOpen) return;
  // It was waited for as long as the money allows, and a person was told.
  if (cases.some(({ reason }) => reason === 'no-closing-report')) return;
  const { grant, terms } = purchase;
  const voidAt = (grant?.decidedAt ?? 0) + terms.unlockWithinMs + terms.grantLifetimeMs + 30_000;
  // When it began and whether it is over were read from clocks of two servers.
  if (now >= voidAt - 2 * CLOCK_ERROR_MS) return;
  report('I6', purchase.id, `${purchase.state}, and the machine is still open`);
}

/** I27: acknowledged means durable. */
export function checkAck(ack: EventAck, database: Database, report: Report): void {
  const durable = database.lastSeq(ack.machineId, ack.journalId);
  if (ack.upTo > durable) report('I27', null, `${ack.machineId}: acknowledged ${ack.upTo}, durable ${durable}`);
}
