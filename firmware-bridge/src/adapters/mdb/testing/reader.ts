import { inHex } from '../blocks.js';
import type { VmcCommand } from '../commands.js';
import { nextDeadline, REPEAT_MS, step } from '../machine.js';
import { DEFAULT_MDB, rulesOf } from '../settings.js';
import { POWER_UP, type MdbEvent, type MdbInput, type MdbRules, type MdbState, type Phase } from '../state.js';

export const rules: MdbRules = rulesOf(DEFAULT_MDB, 'SEK', 2);

export const setupConfig: VmcCommand = { name: 'SETUP CONFIG', level: 3 };
export const setupPrices: VmcCommand = { name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 };
export const request: VmcCommand = { name: 'VEND REQUEST', units: 1_200, item: 24 };

/** The pure machine with a clock, and what it did in words. */
export class Reader {
  state: MdbState = POWER_UP;
  now = 1_000;
  /** All that has left so far. */
  readonly left: string[] = [];

  constructor(readonly rules: MdbRules) {}

  put(...inputs: MdbInput[]): string[] {
    return inputs.flatMap((input) => {
      const { state, events, answer } = step(this.state, input, this.now, this.rules);
      this.state = state;
      if (answer !== undefined) this.left.push(inHex(answer.bytes.subarray(0, -1)));
      return [...(answer === undefined ? [] : [`say ${inHex(answer.bytes.subarray(0, -1))}`]), ...events.map(inWords)];
    });
  }

  /** The machine says this, each well after the one before, and every answer leaves at once. */
  hear(...commands: VmcCommand[]): string[] {
    return commands.flatMap((command) => {
      this.now += REPEAT_MS + 1;
      return [...this.put({ type: 'command', command }), ...this.drain()];
    });
  }

  do(...inputs: MdbInput[]): string[] {
    return inputs.flatMap((input) => [...this.put(input), ...this.drain()]);
  }

  drain(): string[] {
    const said: string[] = [];
    while (this.state.waiting.length > 0) said.push(...this.put({ type: 'fetch' }));
    return said;
  }

  /** Lets time pass up to the next deadline. */
  wait(): string[] {
    this.now = Math.max(this.now, nextDeadline(this.state, this.rules) ?? this.now);
    return [...this.put({ type: 'tick' }), ...this.drain()];
  }
}

function inWords(event: MdbEvent): string {
  switch (event.type) {
    case 'status':
      return event.status;
    case 'fault':
      return `fault ${event.code}`;
    case 'selection':
    case 'cash-sale':
      return `${event.type} ${event.selection} for ${event.priceMinor}`;
    case 'vend-failure':
      return `vend-failure ${event.reason}`;
    case 'machine-id':
      return `machine ${event.manufacturer} ${event.model} ${event.serial}`;
    default:
      return event.type;
  }
}

export const begin = (creditMinor: number): MdbInput => ({ type: 'begin', creditMinor, notAfter: Infinity });
export const approve = (amountMinor: number): MdbInput => ({ type: 'approve', amountMinor });

/** The states of MDB/ICP 4.2, section 7.3, in its order; `vend` by its standings, and `crossed` is a `sent` one that was cancelled. */
export const STAGES = [
  'inactive',
  'disabled',
  'enabled',
  'session-idle',
  'asked',
  'approved',
  'sent',
  'crossed',
  'denied',
  'revalue',
  'negative-vend',
] as const;
export type Stage = (typeof STAGES)[number];

export function phaseOf(stage: Stage): Phase {
  switch (stage) {
    case 'asked':
    case 'approved':
    case 'sent':
    case 'crossed':
    case 'denied':
      return 'vend';
    default:
      return stage;
  }
}

/** What leads from an open session to a stage in it. In `approved`, `denied`, `revalue` and `negative-vend` an answer waits. */
const IN_SESSION: { readonly [S in Stage]?: (reader: Reader) => void } = {
  asked: (reader) => reader.hear(request),
  approved: (reader) => {
    reader.hear(request);
    reader.put(approve(1_200));
  },
  sent: (reader) => {
    reader.hear(request);
    reader.do(approve(1_200));
  },
  crossed: (reader) => {
    reader.hear(request);
    reader.do(approve(1_200));
    reader.hear({ name: 'VEND CANCEL' });
  },
  denied: (reader) => {
    reader.hear(request);
    reader.put({ type: 'deny' });
  },
  revalue: (reader) => reader.put({ type: 'command', command: { name: 'REVALUE LIMIT REQUEST' } }),
  'negative-vend': (reader) =>
    reader.put({ type: 'command', command: { name: 'NEGATIVE VEND REQUEST', units: 1, item: 1 } }),
};

/** @param stage brought about by the shortest way */
export function readerIn(stage: Stage, changes: Partial<MdbRules> = {}): Reader {
  const reader = new Reader({ ...rules, ...changes });
  if (stage === 'inactive') return reader;
  reader.hear({ name: 'RESET' }, setupConfig, setupPrices);
  if (stage === 'disabled') return reader;
  reader.hear({ name: 'READER ENABLE' });
  if (stage === 'enabled') return reader;
  reader.do(begin(5_000));
  reader.now += REPEAT_MS + 1;
  IN_SESSION[stage]?.(reader);
  return reader;
}
