import { judge, keyOf, type Selected, type Verdict } from './judgement.js';
import type { Session } from './state.js';
import type { Turn } from './turn.js';

/** `vendNumber` ends here in the machine protocol; at four seconds a choice that is the longest grant's whole life. */
const SELECTIONS_MAX = 1_000;

export function onSelection(turn: Turn, asked: Selected): void {
  const { strayUntil: _, ...rest } = turn.state;
  turn.state = { ...rest, machine: 'vend' };
  const { session } = turn.state;
  if (session === undefined) {
    turn.act({ type: 'deny' });
    return turn.fault('selection-without-grant', `selection ${asked.selection} was denied`);
  }
  const repeated = session.asked?.selection === asked.selection;
  switch (session.phase) {
    case 'opening': {
      // The machine asks, so it opened: its IDLE line was lost.
      turn.record({ type: 'grant.accepted', ...keyOf(session.grant), serial: [] });
      return decide(turn, session, asked);
    }
    case 'choosing':
    case 'denied':
      // Without IDLE in between the machine repeats its line (MDB/ICP 4.2: a block without ACK is sent again and is no new event).
      return repeated ? undefined : decide(turn, session, asked);
    case 'vending':
      return repeated && !session.resultOverdue ? undefined : overtake(turn, session, asked);
    case 'closing':
      return deny(turn, session, asked, 'expired');
  }
}

/** A new choice although the last one has no result: nobody will tell any more what became of it. */
function overtake(turn: Turn, session: Session, asked: Selected): void {
  turn.uncertain('no-result');
  deny(turn, session, asked, 'expired');
  turn.close(session, 'machine');
}

function decide(turn: Turn, session: Session, asked: Selected): void {
  if (turn.open.selections >= SELECTIONS_MAX) {
    turn.act({ type: 'deny' });
    return turn.close(session, 'lifetime');
  }
  const verdict: Verdict =
    turn.now >= session.expiresAt ? { denied: 'expired' } : judge(session.grant, turn.open.spentMinor, asked);
  if ('denied' in verdict) {
    deny(turn, session, asked, verdict.denied);
    const phaseEndsAt = turn.now + session.grant.selectionWindowMs;
    return turn.put({ ...session, phase: 'denied', asked, phaseEndsAt });
  }
  const { approvedMinor } = verdict;
  const { approvalMs, resultMs } = turn.rules.timings;
  turn.record({
    type: 'vend.selected',
    ...keyOf(session.grant),
    vendNumber: turn.open.selections + 1,
    ...asked,
    approvedMinor,
    serial: [],
  });
  const notAfter = Math.min(turn.now + approvalMs, session.expiresAt);
  turn.act({ type: 'approve', priceMinor: approvedMinor, notAfter });
  turn.put({ ...session, phase: 'vending', asked, resultOverdue: false, phaseEndsAt: turn.now + resultMs });
}

function deny(
  turn: Turn,
  { grant }: Session,
  asked: Selected,
  denied: Extract<Verdict, { denied: string }>['denied'],
): void {
  const vendNumber = turn.open.selections + 1;
  if (vendNumber <= SELECTIONS_MAX) {
    turn.record({
      type: 'vend.selected',
      ...keyOf(grant),
      vendNumber,
      ...asked,
      approvedMinor: 0,
      denied,
      serial: [],
    });
  }
  turn.act({ type: 'deny' });
}

export function onVendSuccess(turn: Turn): void {
  const { session } = turn.state;
  const vend = session && (turn.open.pending ?? turn.open.uncertain);
  if (session === undefined || vend === undefined) {
    // After the closing report nothing is added to a purchase; a person compares.
    return turn.fault('late-vend-success', 'the machine reports a vend that nobody waits for');
  }
  turn.record({ type: 'vend.dispensed', ...keyOf(session.grant), vendNumber: vend.vendNumber, serial: [] });
  resume(turn, session);
}

export function onVendFailure(turn: Turn, reason: 'not-dispensed' | 'cancelled'): void {
  const { session } = turn.state;
  const pending = session && turn.open.pending;
  if (session === undefined || pending === undefined) return;
  turn.record({ type: 'vend.failed', ...keyOf(session.grant), vendNumber: pending.vendNumber, reason, serial: [] });
  resume(turn, session);
}

/**
 * MDB counts a RESET between approval and success as vended (MDB/ICP 4.2, note in 7.4.7), but nobody saw the item:
 * the vend is uncertain and goes to a person (invariant I16). No further choice on such a machine.
 */
export function onVendReset(turn: Turn): void {
  const { session } = turn.state;
  if (session?.phase !== 'vending') return;
  turn.uncertain('reset');
  turn.close(session, 'reset');
}

export function onApprovalRefused(turn: Turn): void {
  const { session } = turn.state;
  if (session?.phase !== 'vending') return;
  const phaseEndsAt = Math.min(session.phaseEndsAt, turn.now + turn.rules.timings.resultGraceMs);
  turn.put({ ...session, resultOverdue: true, phaseEndsAt });
}

/** Recorded, but too late to be sent: the machine is told no, and nothing is to be paid. */
export function onApprovalLate(turn: Turn): void {
  const { session } = turn.state;
  const pending = session && turn.open.pending;
  if (session === undefined || pending === undefined) return;
  const { vendNumber } = pending;
  turn.record({ type: 'vend.failed', ...keyOf(session.grant), vendNumber, reason: 'cancelled', serial: [] });
  turn.act({ type: 'deny' });
  turn.put({ ...session, phase: 'denied', phaseEndsAt: turn.now + session.grant.selectionWindowMs });
}

/** A vend has its result: on to the next choice, unless the session is to end. */
function resume(turn: Turn, session: Session): void {
  if (session.phase === 'closing') return;
  if (session.closing !== undefined) return turn.close(session, session.closing);
  if (turn.now >= session.expiresAt) return turn.close(session, 'lifetime');
  turn.choose(session);
}
