import { answers } from './answers.js';
import type { Answer, MdbEvent, MdbRules, MdbState, Phase, Vend } from './state.js';
import { STATE_NUMBERS } from './state.js';

const STATUSES = { inactive: 'inactive', disabled: 'disabled', enabled: 'enabled', 'session-idle': 'idle' } as const;

/** One input being worked on: the state so far, and what is to be told. */
export class Turn {
  readonly events: MdbEvent[] = [];

  constructor(
    public state: MdbState,
    readonly now: number,
    readonly rules: MdbRules,
  ) {}

  set(change: Partial<MdbState>): void {
    this.state = { ...this.state, ...change };
  }

  tell(event: MdbEvent): void {
    this.events.push(event);
  }

  fault(code: string, detail: string): void {
    this.tell({ type: 'fault', code, detail });
  }

  /** Goes to a state and tells it. */
  become(phase: keyof typeof STATUSES): void {
    this.set({ phase });
    this.tellStatus(phase);
  }

  tellStatus(phase: keyof typeof STATUSES): void {
    this.tell({ type: 'status', status: STATUSES[phase] });
  }

  // ------------------------------------------------------------------------------------------------ waiting answers

  /** The same answer does not wait twice: the machine that asks again gets one, the newest. */
  answer(answer: Answer): void {
    this.withdraw(answer.name);
    this.set({ waiting: [...this.state.waiting, answer] });
  }

  waits(name: Answer['name']): boolean {
    return this.state.waiting.some((entry) => entry.name === name);
  }

  withdraw(...names: readonly Answer['name'][]): void {
    this.set({ waiting: this.state.waiting.filter(({ name }) => !names.includes(name)) });
  }

  /**
   * A command that has no place in this state: the next POLL is answered by this, and the machine then always resets
   * the reader (MDB/ICP 4.2, COMMAND OUT OF SEQUENCE).
   */
  outOfSequence(command: string): void {
    const { level, phase } = this.state;
    this.answer({ name: 'OUT OF SEQUENCE', bytes: answers.outOfSequence(level, STATE_NUMBERS[phase]) });
    this.fault('out-of-sequence', `${command} in state ${phase}`);
  }

  // ----------------------------------------------------------------------------------------------------------- vend

  putVend(vend: Vend): void {
    this.set({ phase: 'vend', vend });
  }

  /** @param result what came of it; a denied vend has none */
  endVend(result?: MdbEvent): void {
    if (result !== undefined) this.tell(result);
    this.withdraw('VEND APPROVED', 'VEND DENIED');
    const { vend: _, ...rest } = this.state;
    this.state = rest;
    this.become('session-idle');
  }

  /** No item will come of this vend: what was taken off the grant for it is put back. */
  giveBack({ approvedMinor }: Vend): void {
    const { leftMinor } = this.state;
    if (leftMinor !== undefined) this.set({ leftMinor: leftMinor + approvedMinor });
  }

  /** The denial takes the place of an approval that did not leave; the vend ends when it leaves. */
  denyVend(vend: Vend): void {
    this.giveBack(vend);
    this.withdraw('VEND APPROVED');
    this.putVend({ ...vend, standing: 'denied', approvedMinor: 0 });
    this.answer({ name: 'VEND DENIED', bytes: answers.vendDenied() });
  }

  endGrant(): void {
    const { leftMinor: _, ...rest } = this.state;
    this.state = rest;
  }

  /** Where this side stands without a session. */
  get restPhase(): Extract<Phase, 'enabled' | 'disabled'> {
    return this.state.readerEnabled ? 'enabled' : 'disabled';
  }
}
