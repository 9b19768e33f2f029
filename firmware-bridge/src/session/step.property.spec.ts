import type { Grant, MachineEventBody } from '#machine-protocol/messages.js';
import { machineEventBody } from '#machine-protocol/messages.js';
import fc from 'fast-check';

import { afterPowerCut, EMPTY_LEDGER, foldAdmission, foldEvent, sameGrant, type Ledger } from './ledger.js';
import { nextDeadline, step } from './step.js';
import type { Action, BridgeState, Input, Rules } from './state.js';

const rules: Rules = {
  bootId: 'boot-0001',
  currency: 'SEK',
  exponent: 2,
  timings: { approvalMs: 20_000, resultMs: 180_000, resultGraceMs: 5_000, stopRetryMs: 3_000 },
};

const PURCHASES = ['0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0001', '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0002'] as const;
const AMOUNT = 3_000;

/** Few purchases, numbers and boots, so that repeats, conflicts and old numbers come up all the time. */
const command = fc.record({
  purchaseId: fc.constantFrom(...PURCHASES),
  grantNumber: fc.integer({ min: 1, max: 6 }),
  bootId: fc.constantFrom('boot-0001', 'boot-0001', 'boot-0001', 'boot-0000'),
});

const grant = command.map((fields): Input => ({
  type: 'grant',
  grant: {
    v: 1,
    type: 'grant',
    machineId: 'machine-1',
    currency: 'SEK',
    exponent: 2,
    amountMinor: AMOUNT,
    prices: [
      { selection: 11, priceMinor: 1_500 },
      { selection: 12, priceMinor: 700 },
    ],
    priceListVersion: 1,
    lifetimeMs: 120_000,
    selectionWindowMs: 30_000,
    at: '2026-01-01T00:00:00.000Z',
    ...fields,
  } satisfies Grant,
}));

const close = command.map(({ purchaseId, grantNumber }): Input => {
  const at = '2026-01-01T00:00:00.000Z';
  return { type: 'close', close: { v: 1, type: 'close', machineId: 'machine-1', purchaseId, grantNumber, at } };
});

const fromMachine = fc.oneof(
  fc
    .constantFrom('lost', 'inactive', 'disabled', 'enabled', 'enabled', 'idle', 'idle', 'idle')
    .map((status): Input => ({ type: 'status', status: status as 'idle' })),
  fc
    .constantFrom([11, 1_500], [12, 700], [12, 701], [99, 100])
    .map(([selection = 0, priceMinor = 0]): Input => ({ type: 'selection', selection, priceMinor })),
  fc.constantFrom<Input>(
    { type: 'vend-success' },
    { type: 'vend-success' },
    { type: 'vend-failure', reason: 'not-dispensed' },
    { type: 'vend-failure', reason: 'cancelled' },
    { type: 'vend-reset' },
    { type: 'approval-refused' },
    { type: 'approval-late' },
    { type: 'open-failed', detail: 'START -3' },
    { type: 'stop' },
  ),
);

const happening = fc.record({
  waitMs: fc.constantFrom(0, 0, 0, 10, 4_000, 31_000, 130_000),
  input: fc.oneof(
    { weight: 1, arbitrary: grant },
    { weight: 1, arbitrary: close },
    { weight: 8, arbitrary: fromMachine },
  ),
});

interface Done {
  readonly action: Action;
  readonly at: number;
  readonly state: BridgeState;
}

/** Plays the happenings, with every tick that falls due in between. */
function play(happenings: readonly { waitMs: number; input: Input }[]): { done: Done[]; ledger: Ledger } {
  let state: BridgeState = { machine: 'enabled', ledger: EMPTY_LEDGER };
  let now = 1_000;
  const done: Done[] = [];
  const put = (input: Input): void => {
    const result = step(state, input, now, rules);
    state = result.state;
    done.push(...result.actions.map((action) => ({ action, at: now, state })));
  };
  for (const { waitMs, input } of happenings) {
    const until = now + waitMs;
    for (let due = nextDeadline(state); due !== undefined && due <= until; due = nextDeadline(state)) {
      now = due;
      put({ type: 'tick' });
    }
    now = until;
    put(input);
  }
  return { done, ledger: state.ledger };
}

function recorded(done: readonly Done[]): MachineEventBody[] {
  return done.flatMap(({ action }) => (action.type === 'record' ? [action.body] : []));
}

function always(check: (played: { done: Done[]; ledger: Ledger }) => void): void {
  const story = fc.array(happening, { minLength: 5, maxLength: 60 });
  fc.assert(
    fc.property(story, (happenings) => check(play(happenings))),
    { numRuns: 400 },
  );
}

describe('whatever happens', () => {
  it('an approval follows the record of the very choice at once', () => {
    always(({ done }) => {
      done.forEach(({ action }, index) => {
        if (action.type !== 'approve') return;
        const before = done[index - 1]?.action;
        expect(before).toMatchObject({
          type: 'record',
          body: { type: 'vend.selected', approvedMinor: action.priceMinor },
        });
      });
    });
  });

  it('what is approved and not known to have failed stays within the grant', () => {
    always(({ done }) => {
      for (const { state } of done) expect(state.ledger.open?.spentMinor ?? 0).toBeLessThanOrEqual(AMOUNT);
    });
  });

  it('no grant opens the machine twice, and each opens with a higher number than all before', () => {
    always(({ done }) => {
      const opened = done.flatMap(({ action }) => (action.type === 'admit' ? [action.key.grantNumber] : []));
      expect(opened).toEqual([...new Set(opened)].sort((a, b) => a - b));
    });
  });

  it('a closing report is given once a session and counts what was reported', () => {
    always(({ done }) => {
      const bodies = recorded(done);
      for (const closed of bodies) {
        if (closed.type !== 'session.closed' || closed.reason === 'never-opened') continue;
        const own = bodies.filter((body) => 'grantNumber' in body && sameGrant(body, closed));
        const count = (type: string): number => own.filter((body) => body.type === type).length;
        expect(count('session.closed')).toBe(1);
        expect(closed.selections).toBe(count('vend.selected'));
        expect(closed.dispensed).toBe(count('vend.dispensed'));
        expect(own.at(-1)).toBe(closed);
      }
    });
  });

  it('every approved vend has exactly one result by the end of its session', () => {
    always(({ done }) => {
      const bodies = recorded(done);
      bodies.forEach((body, index) => {
        if (body.type !== 'vend.selected' || body.denied !== undefined) return;
        const rest = bodies.slice(index + 1).filter((later) => 'grantNumber' in later && sameGrant(later, body));
        const end = rest.findIndex(({ type }) => type === 'session.closed');
        const results = rest
          .slice(0, end === -1 ? rest.length : end)
          .filter(
            (later) => 'vendNumber' in later && later.vendNumber === body.vendNumber && later.type !== 'vend.selected',
          );
        const kinds = results.map(({ type }) => type).filter((type) => type !== 'vend.uncertain');
        // A late result may follow an uncertain one; two answers of the same kind, or two certain ones, may not.
        expect(kinds.length).toBeLessThanOrEqual(1);
        if (end !== -1) expect(results.length).toBeGreaterThanOrEqual(1);
      });
    });
  });

  it('every record is of the protocol', () => {
    always(({ done }) => {
      for (const body of recorded(done)) expect(machineEventBody.safeParse(body).error).toBeUndefined();
    });
  });

  it('the records alone rebuild the ledger, so a power cut at any point is told truly', () => {
    always(({ done, ledger }) => {
      let rebuilt = EMPTY_LEDGER;
      for (const { action } of done) {
        if (action.type === 'admit') rebuilt = foldAdmission(rebuilt, action.key);
        if (action.type === 'record') rebuilt = foldEvent(rebuilt, action.body);
      }
      expect(rebuilt).toEqual(ledger);
      const report = afterPowerCut(rebuilt);
      expect(report.map(({ type }) => type)).toEqual(
        ledger.open === undefined
          ? []
          : ledger.open.pending === undefined
            ? ['session.closed']
            : ['vend.uncertain', 'session.closed'],
      );
    });
  });
});
