import { QibixxDialect } from './qibixx-dialect.js';
import type { VmcInput, VmcOutput } from './vmc-model.js';

/** Something said on the serial line. */
export interface Message {
  readonly bytes: Buffer;
  /** May come twice without meaning anything new. */
  readonly repeatable: boolean;
}

/** Where a box is built in: the serial plug on one side, the machine controller on the other. */
export interface Surroundings {
  readonly send: (messages: readonly Message[]) => void;
  readonly put: (input: VmcInput) => void;
}

/** An adapter with the part of the machine controller that it talks with: what differs between makers. */
export interface AdapterBox {
  powerOn(): void;
  /** Everything is forgotten. */
  powerOff(): void;
  /** From the computer. */
  hear(bytes: Buffer): void;
  /** From the machine controller. */
  tell(output: VmcOutput): void;
  /** The machine controller resets its reader. */
  reset(): void;
  /** The machine controller takes its request back when the approval is about to reach it, and goes by the approval. */
  cancelTooLate(): void;
  /** The machine controller says nothing at all, until it does again. */
  mute(on: boolean): void;
}

/** A host that sends more than a kilobyte without an end of line is not one of ours. */
const LINE_MAX = 1_024;

/** The Qibixx adapter: lines of text, and the adapter itself speaks MDB. */
export function qibixxBox(name: string, decimals: number, { send, put }: Surroundings): AdapterBox {
  const dialect = new QibixxDialect(name, decimals);
  let unfinished = '';
  const say = (lines: readonly string[]): void =>
    send(
      lines.map((line) => ({
        bytes: Buffer.from(`${line}\r\n`, 'latin1'),
        repeatable: line.startsWith('c,STATUS,'),
      })),
    );
  return {
    powerOn: () => {},
    powerOff: () => {
      unfinished = '';
      dialect.loseMemory();
    },
    hear: (bytes) => {
      const lines = (unfinished + bytes.toString('latin1')).slice(-LINE_MAX).split(/[\r\n]/);
      unfinished = lines.pop() ?? '';
      for (const line of lines.filter((text) => text !== '')) {
        const heard = dialect.hear(line);
        say(heard.lines);
        if (heard.input !== undefined) put(heard.input);
      }
    },
    tell: (output) => say(dialect.tell(output)),
    reset: () => put({ type: 'reset' }),
    // Between adapter and machine: the computer is not told.
    cancelTooLate: () => {},
    mute: (on) => put({ type: 'mute', on }),
  };
}
