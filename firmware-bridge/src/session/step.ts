import type { MachineStatus } from '../adapters/adapter.js';
import { onClose, onGrant } from './commands.js';
import type { Action, BridgeState, Input, Rules, Session } from './state.js';
import { Turn } from './turn.js';
import { onApprovalLate, onApprovalRefused, onSelection, onVendFailure, onVendReset, onVendSuccess } from './vends.js';

/** STOP is tried this often before the adapter is switched off and on, which locks the machine in any case. */
const STOPS_MAX = 3;

/**
 * The whole behaviour of a bridge between commands and machine, without any input or output.
 *
 * @param now monotonic milliseconds at the receipt of the input
 * @returns the next state, and what to do in this order
 */
export function step(
  state: BridgeState,
  input: Input,
  now: number,
  rules: Rules,
): { readonly state: BridgeState; readonly actions: readonly Action[] } {
  const turn = new Turn(state, now, rules);
  apply(turn, input);
  return { state: turn.state, actions: turn.actions };
}

/** When `tick` is due, or undefined when nothing is waited for. */
export function nextDeadline({ session, strayUntil }: BridgeState): number | undefined {
  if (session === undefined) return strayUntil;
  const lifetimeCounts = session.phase === 'choosing' || session.phase === 'denied';
  return lifetimeCounts ? Math.min(session.expiresAt, session.phaseEndsAt) : session.phaseEndsAt;
}

function apply(turn: Turn, input: Input): void {
  switch (input.type) {
    case 'grant':
      return onGrant(turn, input.grant, input.obstacle);
    case 'close':
      return onClose(turn, input.close);
    case 'status':
      return onStatus(turn, input.status);
    case 'open-failed':
      return onOpenFailed(turn, input.detail);
    case 'selection':
      return onSelection(turn, { selection: input.selection, machinePriceMinor: input.priceMinor });
    case 'vend-success':
      return onVendSuccess(turn);
    case 'vend-failure':
      return onVendFailure(turn, input.reason);
    case 'vend-reset':
      return onVendReset(turn);
    case 'approval-refused':
      return onApprovalRefused(turn);
    case 'approval-late':
      return onApprovalLate(turn);
    case 'cash-sale':
      return turn.record({ type: 'cash.sale', selection: input.selection, priceMinor: input.priceMinor });
    case 'fault':
      return turn.fault(input.code, input.detail);
    case 'stop':
      return turn.state.session && turn.close(turn.state.session, 'asked');
    case 'tick':
      return onTick(turn);
  }
}

function onStatus(turn: Turn, status: MachineStatus): void {
  const { strayUntil: _, machine: before, ...rest } = turn.state;
  turn.state = { ...rest, machine: status };
  const { session } = turn.state;
  if (session === undefined) return status === 'idle' ? sendAway(turn) : undefined;
  if (status === 'idle') return onIdle(turn, session, before);
  switch (session.phase) {
    case 'opening':
      // ENABLED may be the echo of what was before START.
      if (status === 'enabled') return;
      turn.refuse(session.grant, { reason: 'not-ready', detail: `the machine became ${status}` });
      turn.act({ type: 'close' });
      return turn.endSession();
    case 'vending':
      // READER DISABLE does not stop a transaction (MDB/ICP 4.2, rule of READER DISABLE); the result still comes.
      if (status === 'disabled') return;
      turn.uncertain(status === 'inactive' ? 'reset' : status === 'lost' ? 'adapter-lost' : 'no-result');
      return turn.finish(session.closing ?? endedBy(status));
    case 'closing':
      return turn.finish(status === 'lost' ? 'adapter-lost' : (session.closing ?? endedBy(status)));
    case 'choosing':
    case 'denied':
      return turn.finish(endedBy(status));
  }
}

function endedBy(status: MachineStatus): 'machine' | 'reset' | 'adapter-lost' {
  return status === 'lost' ? 'adapter-lost' : status === 'inactive' ? 'reset' : 'machine';
}

function onIdle(turn: Turn, session: Session, before: MachineStatus): void {
  switch (session.phase) {
    case 'opening':
      return accept(turn, session);
    case 'denied':
      return turn.choose(session);
    case 'vending': {
      // The result comes before IDLE in all of the maker's examples; it may still follow, but not for minutes.
      const phaseEndsAt = Math.min(session.phaseEndsAt, turn.now + turn.rules.timings.resultGraceMs);
      return turn.put({ ...session, resultOverdue: true, phaseEndsAt });
    }
    case 'closing':
      // A STOP during a vend is not taken (the adapter says -3): now it is.
      return before === 'vend' ? turn.act({ type: 'close' }) : undefined;
    case 'choosing':
      return;
  }
}

function accept(turn: Turn, session: Session): void {
  const { purchaseId, grantNumber } = session.grant;
  turn.record({ type: 'grant.accepted', purchaseId, grantNumber, serial: [] });
  turn.choose(session);
}

function onOpenFailed(turn: Turn, detail: string): void {
  const { session } = turn.state;
  if (session?.phase !== 'opening') return;
  turn.refuse(session.grant, { reason: 'start-failed', detail });
  turn.act({ type: 'close' });
  turn.endSession();
}

/** Nobody granted this session: it is ended, and again until the machine confirms it. */
function sendAway(turn: Turn): void {
  turn.act({ type: 'close' });
  turn.state = { ...turn.state, strayUntil: turn.now + turn.rules.timings.stopRetryMs };
}

function onTick(turn: Turn): void {
  const due = nextDeadline(turn.state);
  if (due === undefined || turn.now < due) return;
  const { session } = turn.state;
  if (session === undefined) return sendAway(turn);
  switch (session.phase) {
    case 'opening':
      turn.refuse(session.grant, { reason: 'expired', detail: 'the machine did not open in time' });
      turn.act({ type: 'close' });
      return turn.endSession();
    case 'vending':
      turn.uncertain('no-result');
      return turn.close(session, 'machine');
    case 'closing':
      return stopHarder(turn, session);
    case 'choosing':
    case 'denied':
      return turn.close(session, turn.now >= session.expiresAt ? 'lifetime' : 'payer-idle');
  }
}

function stopHarder(turn: Turn, session: Session): void {
  turn.act(session.stops < STOPS_MAX ? { type: 'close' } : { type: 'restart-adapter' });
  // The start-up of the adapter takes longer than a STOP.
  const patience = session.stops < STOPS_MAX ? 1 : 5;
  turn.put({
    ...session,
    stops: session.stops + 1,
    phaseEndsAt: turn.now + patience * turn.rules.timings.stopRetryMs,
  });
}
