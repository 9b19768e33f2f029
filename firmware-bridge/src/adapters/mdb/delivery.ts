import type { Answer } from './state.js';
import { approveBefore } from './state.js';
import type { Turn } from './turn.js';

/** Takes the next answer out of the queue, and does what its leaving means. */
export function fetch(turn: Turn): Answer | undefined {
  const [first, ...others] = turn.state.waiting;
  if (first === undefined) return undefined;
  turn.set({ waiting: others });
  leave(turn, first);
  return first;
}

function leave(turn: Turn, { name }: Answer): void {
  const { phase, vend } = turn.state;
  switch (name) {
    case 'BEGIN SESSION':
      return phase === 'enabled' ? turn.become('session-idle') : undefined;
    case 'VEND APPROVED':
      return vend?.standing === 'approved' ? turn.putVend({ ...vend, standing: 'sent' }) : undefined;
    case 'VEND DENIED':
      if (phase === 'negative-vend') return turn.set({ phase: 'session-idle' });
      return vend?.standing === 'denied' ? turn.endVend() : undefined;
    case 'REVALUE DENIED':
      return phase === 'revalue' ? turn.set({ phase: 'session-idle' }) : undefined;
    case 'END SESSION':
      if (phase !== 'session-idle') return;
      turn.endGrant();
      return turn.become(turn.restPhase);
    default:
      return;
  }
}

/** What must not be said any more is withdrawn, and what nobody decided in time is denied. */
export function expire(turn: Turn): void {
  const due = turn.state.waiting.filter(({ notAfter }) => notAfter !== undefined && turn.now >= notAfter);
  turn.withdraw(...due.map(({ name }) => name));
  if (due.some(({ name }) => name === 'BEGIN SESSION')) {
    turn.endGrant();
    turn.tell({ type: 'open-failed', detail: 'BEGIN SESSION could not leave in time' });
  }
  const { vend } = turn.state;
  if (vend?.standing !== 'asked' && vend?.standing !== 'approved') return;
  if (turn.now < approveBefore(vend, turn.rules)) return;
  turn.denyVend(vend);
  turn.tell({ type: 'vend-failure', reason: 'cancelled' });
}
