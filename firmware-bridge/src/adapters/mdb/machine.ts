import { answers } from './answers.js';
import type { VmcCommand } from './commands.js';
import { expire, fetch } from './delivery.js';
import { onApprove, onBegin, onDeny, onEnd, onRestart } from './host-requests.js';
import { approveBefore, type Answer, type MdbEvent, type MdbInput, type MdbRules, type MdbState } from './state.js';
import { Turn } from './turn.js';
import { onCommand } from './vmc-commands.js';

/**
 * The same command again within this time is a repeat, and no new event: a block without an answer is said again (MDB/ICP
 * 4.2, section 2.3). Nobody presses the same key twice in a quarter of a second.
 */
export const REPEAT_MS = 250;

export interface Step {
  readonly state: MdbState;
  readonly events: readonly MdbEvent[];
  /** To a `fetch`: what leaves now. */
  readonly answer?: Answer;
}

/**
 * A cashless device of the Multi-Drop Bus (MDB/ICP 4.2, section 7), without any input or output. It only knows data
 * answers, which the standard lets wait for the machine's next POLL; acknowledgements are the business of whoever is on
 * the bus. What has left counts as heard where that is the cautious reading: an approval, the beginning of a session.
 *
 * @param now monotonic milliseconds at the receipt of the input
 */
export function step(state: MdbState, input: MdbInput, now: number, rules: MdbRules): Step {
  const turn = new Turn(state, now, rules);
  expire(turn);
  const answer = apply(turn, input);
  return { state: turn.state, events: turn.events, ...(answer !== undefined && { answer }) };
}

/** When `tick` is due, or undefined when nothing has a deadline. */
export function nextDeadline({ waiting, vend }: MdbState, rules: MdbRules): number | undefined {
  const deadlines = waiting.flatMap(({ notAfter }) => (notAfter === undefined ? [] : [notAfter]));
  if (vend?.standing === 'asked') deadlines.push(approveBefore(vend, rules));
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

function apply(turn: Turn, input: MdbInput): Answer | undefined {
  switch (input.type) {
    case 'fetch':
      return fetch(turn);
    case 'command':
      return void obey(turn, input.command);
    case 'begin':
      return void onBegin(turn, input.creditMinor, input.notAfter);
    case 'approve':
      return void onApprove(turn, input.amountMinor);
    case 'deny':
      return void onDeny(turn);
    case 'end':
      return void onEnd(turn);
    case 'restart':
      return void onRestart(turn);
    case 'probe':
      return void turn.answer({ name: 'TIME/DATE REQUEST', bytes: answers.timeDateRequest() });
    case 'tick':
      return undefined;
  }
}

function obey(turn: Turn, command: VmcCommand): void {
  // An adapter that forwards POLL answers it by itself all the same.
  if (command.name === 'POLL') return;
  const { last } = turn.state;
  const repeated = last !== undefined && turn.now - last.at <= REPEAT_MS && isSame(last.command, command);
  if (repeated) return;
  onCommand(turn, command);
  turn.set({ last: { command, at: turn.now } });
}

function isSame(one: VmcCommand, other: VmcCommand): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
