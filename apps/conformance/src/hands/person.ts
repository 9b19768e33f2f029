import { createInterface, type Interface } from 'node:readline/promises';

import type { Hand, Hands, Outcome } from './hands.js';

const ENDINGS = {
  dispensed: 'let it come out',
  jammed: 'keep it from coming out, so that the machine reports a failed vend',
  reset: 'while it turns, reset the machine’s controller (MDB RESET)',
} as const satisfies Record<Outcome, string>;

/** Asks the person at the machine, one thing after the other, on the terminal. */
export class Person implements Hands {
  readonly able: ReadonlySet<Hand> = new Set(['choose', 'service', 'restart', 'power-cut'] as const);
  private readonly terminal: Interface;

  constructor(input: NodeJS.ReadableStream, output: NodeJS.WritableStream) {
    this.terminal = createInterface({ input, output });
  }

  choose(selection: number, outcome: Outcome = 'dispensed'): Promise<void> {
    return this.ask(`Be ready to press ${selection} and ${ENDINGS[outcome]}. Press Enter, then the product`);
  }

  finish(): Promise<void> {
    return this.ask('Press Enter, then end the session at the machine (return lever)');
  }

  setOutOfService(out: boolean): Promise<void> {
    return this.ask(
      out ? 'Take the machine out of service (open the door), then press Enter' : 'Put it back, then press Enter',
    );
  }

  restart(): Promise<void> {
    return this.ask('Stop the software that speaks the link in an orderly way and start it again, then press Enter');
  }

  cutPower(): Promise<void> {
    return this.ask('Take the power of what speaks the link away without warning, give it back, then press Enter');
  }

  close(): void {
    this.terminal.close();
  }

  private async ask(what: string): Promise<void> {
    await this.terminal.question(`\n  ➜ ${what}: `);
  }
}
