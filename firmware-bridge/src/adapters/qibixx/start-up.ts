import type { Cancel, Clock } from '../../clock.js';
import { commands, type AdapterLine } from './protocol.js';
import { settingCommands } from './settings.js';

/** A lost answer is asked for again twice; then the port is closed and opened anew. */
const TRIES_MAX = 3;

type Expected = Extract<AdapterLine['kind'], 'version' | 'switched' | 'setting-taken'>;

interface Step {
  readonly command: string;
  readonly expected: Expected;
}

export interface StartUpOutcome {
  done(): void;
  failed(reason: string): void;
}

/**
 * The maker's start-up: off, one setting after the other, on; each line is sent when the one before was answered.
 * The version is asked first, as it tells whether anybody is there, and whether it is a simulator.
 */
export class StartUp {
  private readonly steps: readonly Step[];
  private position = 0;
  private tries = 0;
  private timeout: Cancel | undefined;

  constructor(
    machine: { readonly currency: string; readonly decimals: number; readonly answerMs: number },
    private readonly clock: Clock,
    private readonly send: (line: string) => void,
    private readonly outcome: StartUpOutcome,
  ) {
    this.answerMs = machine.answerMs;
    this.steps = [
      { command: commands.version, expected: 'version' },
      { command: commands.off, expected: 'switched' },
      ...settingCommands(machine.currency, machine.decimals).map((command): Step => ({
        command,
        expected: 'setting-taken',
      })),
      { command: commands.on, expected: 'switched' },
    ];
  }

  private readonly answerMs: number;

  begin(): void {
    this.goTo(0);
  }

  cancel(): void {
    this.timeout?.();
  }

  /** Status lines of the time before the restart mean nothing here and are passed over. */
  take(line: AdapterLine): void {
    const step = this.steps[this.position];
    if (step === undefined) return;
    if (line.kind === 'unknown-command' || line.kind === 'other-error') {
      return this.fail(`the adapter refused ${step.command}`);
    }
    // "cashless is on": the adapter restarted itself between two lines, or `C,0` was lost.
    if (line.kind === 'cashless-is' && line.on) return this.again(1);
    if (line.kind !== step.expected) return;
    if (line.kind === 'switched' && line.on !== (step.command === commands.on)) return;
    this.tries = 0;
    this.goTo(this.position + 1);
  }

  private goTo(position: number): void {
    this.timeout?.();
    this.position = position;
    const step = this.steps[position];
    if (step === undefined) return this.outcome.done();
    this.timeout = this.clock.after(this.answerMs, () => this.again(position));
    this.send(step.command);
  }

  private again(position: number): void {
    this.tries += 1;
    const command = this.steps[this.position]?.command ?? '';
    if (this.tries >= TRIES_MAX) return this.fail(`no answer to ${command}`);
    this.goTo(position);
  }

  private fail(reason: string): void {
    this.timeout?.();
    this.outcome.failed(reason);
  }
}
