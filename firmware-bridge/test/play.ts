import type { Grant } from '#machine-protocol/messages.js';

import { EMPTY_LEDGER } from '#bridge/session/ledger.js';
import type { Action, BridgeState, Input, Rules } from '#bridge/session/state.js';
import { nextDeadline, step } from '#bridge/session/step.js';

const BOOT = 'boot-0001';
const PURCHASE = '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0001';

export const rules: Rules = {
  bootId: BOOT,
  currency: 'SEK',
  exponent: 2,
  timings: { approvalMs: 20_000, resultMs: 180_000, resultGraceMs: 5_000, stopRetryMs: 3_000 },
};

export const grant: Grant = {
  v: 1,
  type: 'grant',
  machineId: 'machine-1',
  bootId: BOOT,
  purchaseId: PURCHASE,
  grantNumber: 5,
  currency: 'SEK',
  exponent: 2,
  amountMinor: 3_000,
  prices: [
    { selection: 11, priceMinor: 1_500 },
    { selection: 12, priceMinor: 1_000 },
  ],
  priceListVersion: 1,
  lifetimeMs: 120_000,
  selectionWindowMs: 30_000,
  at: '2026-01-01T00:00:00.000Z',
};

export const close = {
  v: 1,
  type: 'close',
  machineId: 'machine-1',
  purchaseId: PURCHASE,
  grantNumber: 5,
  at: grant.at,
} as const;

/** Feeds inputs to the pure machine and keeps what it wants done, in words. */
export class Play {
  state: BridgeState = { machine: 'enabled', ledger: EMPTY_LEDGER };
  now = 1_000;

  put(...inputs: Input[]): string[] {
    return inputs.flatMap((input) => {
      const { state, actions } = step(this.state, input, this.now, rules);
      this.state = state;
      return actions.map(inWords);
    });
  }

  /** Lets time pass up to the next deadline, and past it. */
  wait(): string[] {
    this.now = nextDeadline(this.state) ?? this.now;
    return this.put({ type: 'tick' });
  }

  after(ms: number, ...inputs: Input[]): string[] {
    this.now += ms;
    return this.put(...inputs);
  }
}

function inWords(action: Action): string {
  switch (action.type) {
    case 'record': {
      // Empty until it is carried out; what a decision put there would stand in the journal as the machine's own words.
      const serial = 'serial' in action.body ? action.body.serial : [];
      return ['record', bodyInWords(action.body), ...serial].join(' ');
    }
    case 'open':
      return `open ${action.creditMinor}`;
    case 'approve':
      return `approve ${action.priceMinor}`;
    case 'answer-again':
      return `again ${action.body.type}`;
    default:
      return action.type;
  }
}

function bodyInWords(body: Extract<Action, { type: 'record' }>['body']): string {
  switch (body.type) {
    case 'vend.selected':
      return `selected ${body.vendNumber}: ${body.denied ?? body.approvedMinor}`;
    case 'grant.refused':
    case 'vend.failed':
    case 'vend.uncertain':
      return `${body.type} ${body.reason}`;
    case 'session.closed':
      return `closed ${body.reason} ${body.selections}/${body.dispensed}/${body.dispensedMinor}`;
    case 'fault':
      return `fault ${body.code}`;
    default:
      return body.type;
  }
}

export const take: Input = { type: 'grant', grant };
export const idle: Input = { type: 'status', status: 'idle' };
export const enabled: Input = { type: 'status', status: 'enabled' };
export const disabled: Input = { type: 'status', status: 'disabled' };
export const inactive: Input = { type: 'status', status: 'inactive' };
export const lost: Input = { type: 'status', status: 'lost' };
export const success: Input = { type: 'vend-success' };
export const choose = (selection: number, priceMinor: number): Input => ({ type: 'selection', selection, priceMinor });
export const failure = (reason: 'not-dispensed' | 'cancelled'): Input => ({ type: 'vend-failure', reason });

export function choosing(): Play {
  const play = new Play();
  play.put(take, idle);
  return play;
}

export function vending(): Play {
  const play = choosing();
  play.put(choose(11, 1_500));
  return play;
}
