import { answers, OPTION } from './answers.js';
import type { CommandName, PricedCommand } from './commands.js';
import { minorOf } from './money.js';
import type { Vend } from './state.js';
import type { Turn } from './turn.js';

/** In the item of a CASH SALE: free, test, negative and token vends; none of them is a sale for money. */
const NO_SALE = 0xf000;
const UNKNOWN_ITEM = 0xffff;

/** A session is open and does not end yet. */
function maySell(turn: Turn): boolean {
  return turn.state.phase === 'session-idle' && !turn.waits('END SESSION');
}

export function onVendRequest(turn: Turn, { units, item }: PricedCommand): void {
  leaveCrossedVend(turn);
  const { phase, vend, options } = turn.state;
  // The same request once more is the same request.
  if (vend !== undefined && vend.units === units && vend.item === item) return;
  const alwaysIdle = phase === 'enabled' && (options & OPTION.alwaysIdle) !== 0;
  if (!alwaysIdle && !maySell(turn)) return turn.outOfSequence('VEND REQUEST');
  // The payer was quicker: this vend is in the session, and the session is asked to end after it.
  turn.withdraw('BEGIN SESSION', 'SESSION CANCEL REQUEST');
  const asked: Vend = { units, item, askedAt: turn.now, standing: 'asked', approvedMinor: 0 };
  turn.putVend(asked);
  const priceMinor = minorOf(units, turn.rules.scale);
  if (priceMinor !== undefined) return turn.tell({ type: 'selection', selection: item, priceMinor });
  turn.fault('price-too-high', `the machine asks ${units} units`);
  turn.denyVend(asked);
}

/**
 * The machine takes its request back, which it may only while it has not heard an answer (MDB/ICP 4.2, VEND CANCEL). An
 * approval that has left crossed it on the way: the denial follows it, but the machine may have taken the approval and be
 * turning the spiral. So nothing is decided yet, and the money stays taken.
 */
export function onVendCancel(turn: Turn): void {
  const { phase, vend } = turn.state;
  // The denial of a moment ago crossed it.
  if (phase === 'session-idle') return;
  if (vend === undefined) return turn.outOfSequence('VEND CANCEL');
  if (vend.standing === 'denied') return;
  if (vend.standing === 'sent') {
    turn.putVend({ ...vend, crossed: true });
    return turn.answer({ name: 'VEND DENIED', bytes: answers.vendDenied() });
  }
  turn.denyVend(vend);
  turn.tell({ type: 'vend-failure', reason: 'cancelled' });
}

/** The machine goes on without a result: it went by the denial, not by the approval that its VEND CANCEL crossed. */
function leaveCrossedVend(turn: Turn): void {
  const { vend } = turn.state;
  if (vend?.crossed === undefined) return;
  turn.giveBack(vend);
  turn.endVend({ type: 'vend-failure', reason: 'cancelled' });
}

export function onVendSuccess(turn: Turn): void {
  const { phase, vend } = turn.state;
  if (vend?.standing === 'sent') return turn.endVend({ type: 'vend-success' });
  turn.fault('late-vend-success', 'the machine reports a vend that nobody approved or waits for');
  if (vend?.standing === 'denied') return turn.endVend();
  if (!isAtRest(phase)) turn.outOfSequence('VEND SUCCESS');
}

/** Nothing was charged yet, so the refund is complete when this is acknowledged. */
export function onVendFailure(turn: Turn): void {
  const { phase, vend } = turn.state;
  if (vend === undefined) return isAtRest(phase) ? undefined : turn.outOfSequence('VEND FAILURE');
  turn.giveBack(vend);
  turn.endVend(vend.standing === 'denied' ? undefined : { type: 'vend-failure', reason: 'not-dispensed' });
}

/** Nothing is under way that a belated word could interrupt. */
function isAtRest(phase: Turn['state']['phase']): boolean {
  return phase === 'session-idle' || phase === 'enabled' || phase === 'disabled';
}

export function onSessionComplete(turn: Turn): void {
  leaveCrossedVend(turn);
  const { phase } = turn.state;
  // Machines say it once more, or without a session; whoever asks is told that there is none.
  if (!isAtRest(phase)) return turn.outOfSequence('SESSION COMPLETE');
  turn.withdraw('SESSION CANCEL REQUEST');
  turn.answer({ name: 'END SESSION', bytes: answers.endSession() });
}

/** Somebody paid with coins. Free and test vends are none of the books' business. */
export function onCashSale(turn: Turn, { units, item }: PricedCommand): void {
  // Before the set-up nobody knows how wide its amount is.
  if (turn.state.phase === 'inactive') return turn.outOfSequence('CASH SALE');
  const priceMinor = minorOf(units, turn.rules.scale);
  if (priceMinor === undefined) return turn.fault('price-too-high', `a cash sale of ${units} units`);
  if (item !== UNKNOWN_ITEM && (item & NO_SALE) !== 0) return;
  turn.tell({ type: 'cash-sale', selection: item, priceMinor });
}

/** Not offered, and denied to whoever asks all the same. */
export function onNegativeVend(turn: Turn): void {
  if (turn.state.phase === 'negative-vend') return;
  if (!maySell(turn)) return turn.outOfSequence('NEGATIVE VEND REQUEST');
  turn.set({ phase: 'negative-vend' });
  turn.answer({ name: 'VEND DENIED', bytes: answers.vendDenied() });
}

/** Money is not put onto a phone by a vending machine. */
export function onRevalue(turn: Turn, name: CommandName): void {
  if (turn.state.phase === 'revalue') return;
  if (!maySell(turn)) return turn.outOfSequence(name);
  turn.set({ phase: 'revalue' });
  turn.answer({ name: 'REVALUE DENIED', bytes: answers.revalueDenied() });
}

/**
 * A RESET in the middle of a vend. When the approval has left, MDB counts it as vended (MDB/ICP 4.2, note in 7.4.7), but
 * nobody saw the item: uncertain. An approval that never left cannot have moved a spiral.
 */
export function resetVend(turn: Turn): void {
  const { vend } = turn.state;
  if (vend === undefined || vend.standing === 'denied') return;
  turn.tell(vend.standing === 'sent' ? { type: 'vend-reset' } : { type: 'vend-failure', reason: 'cancelled' });
}
