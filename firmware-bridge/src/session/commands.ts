import type { CloseGrant, Grant } from '#machine-protocol/messages.js';

import { keyOf, refusalOf } from './judgement.js';
import { answerTo, isForgotten, sameGrant } from './ledger.js';
import type { Turn } from './turn.js';

/** A grant acts at most once: what is known is said again, what is old or out of place is refused. */
export function onGrant(turn: Turn, grant: Grant, obstacle: string | undefined): void {
  const { ledger, machine } = turn.state;
  const answer = answerTo(ledger, grant);
  if (answer !== undefined) return turn.act({ type: 'answer-again', body: answer });
  if (ledger.open !== undefined && sameGrant(ledger.open, grant)) {
    const { accepted } = ledger.open;
    // Not accepted yet: START is under way and its outcome will be the answer.
    return accepted && turn.act({ type: 'answer-again', body: accepted });
  }
  const refusal = refusalOf(grant, ledger, turn.rules, machine, obstacle);
  if (refusal !== undefined) return turn.refuse(grant, refusal);

  turn.admit(keyOf(grant));
  turn.act({ type: 'open', creditMinor: grant.amountMinor, withinMs: grant.lifetimeMs });
  const expiresAt = turn.now + grant.lifetimeMs;
  turn.put({ grant, phase: 'opening', expiresAt, phaseEndsAt: expiresAt, resultOverdue: false, stops: 0 });
}

export function onClose(turn: Turn, close: CloseGrant): void {
  const { ledger, session } = turn.state;
  if (session !== undefined && sameGrant(session.grant, close)) {
    // A session that is closing already reports when the machine has confirmed.
    return session.phase === 'closing' ? undefined : turn.close(session, 'asked');
  }
  const answer = answerTo(ledger, close);
  if (answer !== undefined) return turn.act({ type: 'answer-again', body: answer });
  if (isForgotten(ledger, close.grantNumber)) {
    return turn.fault('forgotten-grant', `the journal no longer knows grant ${close.grantNumber}`);
  }
  // Should the grant itself arrive after this, its number is old.
  const nothing = { selections: 0, dispensed: 0, dispensedMinor: 0, serial: [] };
  turn.record({ type: 'session.closed', ...keyOf(close), reason: 'never-opened', ...nothing });
}
