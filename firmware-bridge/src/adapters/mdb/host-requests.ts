import { answers, unitsMax } from './answers.js';
import { unitsOf } from './money.js';
import { approveBefore, isWide, POWER_UP, type Vend } from './state.js';
import type { Turn } from './turn.js';
import { resetVend } from './vend-commands.js';

/** Power-up of this side: the machine learns of it by JUST RESET, and sets everything up anew. */
export function onRestart(turn: Turn): void {
  resetVend(turn);
  // A RESET that is on its way already is answered by this JUST RESET too; two would have us set up twice.
  turn.state = { ...POWER_UP, last: { command: { name: 'RESET' }, at: turn.now } };
  turn.answer({ name: 'JUST RESET', bytes: answers.justReset() });
  turn.tellStatus('inactive');
}

export function onBegin(turn: Turn, creditMinor: number, notAfter: number): void {
  const { phase, level } = turn.state;
  if (phase !== 'enabled') return turn.tell({ type: 'open-failed', detail: `the machine is ${phase}` });
  const { scale, currency } = turn.rules;
  turn.set({ leftMinor: creditMinor });
  // Only what the machine shows is rounded; what is approved is decided by the grant.
  const bytes = answers.beginSession(Math.floor(creditMinor / scale), level, isWide(turn.state), currency);
  turn.answer({ name: 'BEGIN SESSION', bytes, amountMinor: creditMinor, notAfter });
}

/** The second line behind the session's judgement: no approval without a request, beyond the grant, twice or late. */
export function onApprove(turn: Turn, amountMinor: number): void {
  const { vend, leftMinor } = turn.state;
  if (vend === undefined || vend.standing === 'denied') return turn.tell({ type: 'approval-refused' });
  if (vend.standing !== 'asked') return turn.fault('second-approval', 'the vend was approved before');
  const wide = isWide(turn.state);
  const units = unitsOf(amountMinor, turn.rules.scale);
  if (leftMinor === undefined || amountMinor < 0 || amountMinor > leftMinor) {
    return refuse(turn, 'approval-over-grant', `${amountMinor} of ${leftMinor ?? 'no grant'}`);
  }
  if (units === undefined || units > unitsMax(wide)) {
    return refuse(turn, 'approval-not-sayable', `${amountMinor} is no amount on this bus`);
  }
  turn.set({ leftMinor: leftMinor - amountMinor });
  turn.putVend({ ...vend, standing: 'approved', approvedMinor: amountMinor });
  const bytes = answers.vendApproved(units, wide);
  turn.answer({ name: 'VEND APPROVED', bytes, amountMinor, notAfter: approveBefore(vend, turn.rules) });
}

function refuse(turn: Turn, code: string, detail: string): void {
  turn.fault(code, detail);
  onDeny(turn);
  turn.tell({ type: 'vend-failure', reason: 'cancelled' });
}

/** Also takes back an approval that has not left. */
export function onDeny(turn: Turn): void {
  const { vend } = turn.state;
  if (vend?.standing === 'asked' || vend?.standing === 'approved') turn.denyVend(vend);
}

/** This side can only ask: the machine ends the session by SESSION COMPLETE. */
export function onEnd(turn: Turn): void {
  const { phase } = turn.state;
  switch (phase) {
    case 'session-idle':
    case 'revalue':
    case 'negative-vend':
      return askForTheEnd(turn);
    case 'vend':
      // An approved item is on its way; of a request nobody approved nothing is lost.
      onDeny(turn);
      return endsByItself(turn.state.vend) ? undefined : askForTheEnd(turn);
    case 'enabled':
      turn.withdraw('BEGIN SESSION');
      turn.endGrant();
      return turn.tellStatus(phase);
    case 'inactive':
    case 'disabled':
      return turn.tellStatus(phase);
  }
}

/** An approved vend has its result coming; one that a VEND CANCEL crossed may have none but the end of the session. */
function endsByItself(vend: Vend | undefined): boolean {
  return vend?.standing === 'sent' && vend.crossed === undefined;
}

function askForTheEnd(turn: Turn): void {
  if (turn.waits('END SESSION')) return;
  turn.answer({ name: 'SESSION CANCEL REQUEST', bytes: answers.sessionCancelRequest() });
}
