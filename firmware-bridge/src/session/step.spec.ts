import type { Grant } from '#machine-protocol/messages.js';

import { EMPTY_LEDGER } from './ledger.js';
import { nextDeadline, step } from './step.js';
import type { Action, BridgeState, Input, Rules } from './state.js';

const BOOT = 'boot-0001';
const PURCHASE = '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0001';

const rules: Rules = {
  bootId: BOOT,
  currency: 'SEK',
  exponent: 2,
  timings: { approvalMs: 20_000, resultMs: 180_000, resultGraceMs: 5_000, stopRetryMs: 3_000 },
};

const grant: Grant = {
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

const close = { v: 1, type: 'close', machineId: 'machine-1', purchaseId: PURCHASE, grantNumber: 5, at: grant.at } as const;

/** Feeds inputs to the pure machine and keeps what it wants done, in words. */
class Play {
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
    case 'record':
      return `record ${bodyInWords(action.body)}`;
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

const take: Input = { type: 'grant', grant };
const idle: Input = { type: 'status', status: 'idle' };
const enabled: Input = { type: 'status', status: 'enabled' };
const disabled: Input = { type: 'status', status: 'disabled' };
const inactive: Input = { type: 'status', status: 'inactive' };
const lost: Input = { type: 'status', status: 'lost' };
const success: Input = { type: 'vend-success' };
const choose = (selection: number, priceMinor: number): Input => ({ type: 'selection', selection, priceMinor });
const failure = (reason: 'not-dispensed' | 'cancelled'): Input => ({ type: 'vend-failure', reason });

function choosing(): Play {
  const play = new Play();
  play.put(take, idle);
  return play;
}

function vending(): Play {
  const play = choosing();
  play.put(choose(11, 1_500));
  return play;
}

describe('a grant', () => {
  it('is written down before the machine is opened', () => {
    expect(new Play().put(take)).toEqual(['admit', 'open 3000']);
  });

  it('is accepted when the machine is idle, and not before', () => {
    const play = new Play();
    play.put(take);
    expect(play.put(enabled)).toEqual([]);
    expect(play.put(idle)).toEqual(['record grant.accepted']);
  });

  it.each<[string, Partial<Grant>, string]>([
    ['another boot', { bootId: 'boot-0000' }, 'other-boot'],
    ['another currency', { currency: 'EUR' }, 'bad-grant'],
    ['other decimals', { exponent: 0 }, 'bad-grant'],
    ['two prices for one selection', { prices: [...grant.prices, { selection: 11, priceMinor: 1 }] }, 'bad-grant'],
  ])('is refused for %s', (_, change, reason) => {
    expect(new Play().put({ type: 'grant', grant: { ...grant, ...change } })).toEqual([`record grant.refused ${reason}`]);
  });

  it.each([lost, inactive, disabled, idle])('is refused while the machine is not ready: %j', (status) => {
    const play = new Play();
    play.put(status);
    expect(play.put(take)).toEqual(['record grant.refused not-ready']);
  });

  it('is refused while something stands in its way', () => {
    const input: Input = { type: 'grant', grant, obstacle: 'the journal is full' };
    expect(new Play().put(input)).toEqual(['record grant.refused not-ready']);
  });

  it('is refused while another one is served, and its number is used up', () => {
    const play = choosing();
    const other: Input = { type: 'grant', grant: { ...grant, purchaseId: BOOT, grantNumber: 6 } };
    expect(play.put(other)).toEqual(['record grant.refused in-use']);
    expect(play.put(enabled)).toEqual(['record closed machine 0/0/0']);
    expect(play.put(other)).toEqual(['again grant.refused']);
    expect(play.put({ type: 'grant', grant: { ...grant, purchaseId: 'x', grantNumber: 6 } })).toEqual([
      'record grant.refused old-number',
    ]);
  });

  it('of another boot does not use up a number', () => {
    const play = new Play();
    play.put({ type: 'grant', grant: { ...grant, bootId: 'boot-0000', grantNumber: 900 } });
    expect(play.put(take)).toEqual(['admit', 'open 3000']);
  });

  it('is answered again, from what was said before, whenever it is repeated', () => {
    const play = new Play();
    play.put(take);
    expect(play.put(take)).toEqual([]);
    play.put(idle);
    expect(play.put(take)).toEqual(['again grant.accepted']);
    play.put(enabled);
    expect(play.put(take)).toEqual(['again session.closed']);
  });

  it('is refused when the machine does not open', () => {
    const play = new Play();
    play.put(take);
    expect(play.put({ type: 'open-failed', detail: 'START -3' })).toEqual(['record grant.refused start-failed', 'close']);
    expect(play.put(take)).toEqual(['again grant.refused']);
  });

  it('is refused as expired when the machine takes all its life to open', () => {
    const play = new Play();
    play.put(take);
    expect(play.wait()).toEqual(['record grant.refused expired', 'close']);
    expect(play.put(idle)).toEqual(['close']);
    expect(play.put(choose(11, 1_500))).toEqual(['deny', 'record fault selection-without-grant']);
  });

  it.each([disabled, inactive, lost])('is refused when the machine goes away while it opens: %j', (status) => {
    const play = new Play();
    play.put(take);
    expect(play.put(status)).toEqual(['record grant.refused not-ready', 'close']);
  });
});

describe('a choice', () => {
  it('is written down before it is approved', () => {
    expect(choosing().put(choose(11, 1_500))).toEqual(['record selected 1: 1500', 'approve 1500']);
  });

  it('opens the session when the line that said so was lost', () => {
    const play = new Play();
    play.put(take);
    expect(play.put(choose(11, 1_500))).toEqual(['record grant.accepted', 'record selected 1: 1500', 'approve 1500']);
  });

  it.each<[string, Input, string]>([
    ['not in the price list', choose(99, 100), 'unknown-selection'],
    ['unknown to the machine itself', choose(65_535, 100), 'unknown-selection'],
    ['dearer at the machine', choose(11, 1_501), 'price-differs'],
    ['cheaper at the machine', choose(11, 1_499), 'price-differs'],
  ])('that is %s is denied', (_, input, reason) => {
    expect(choosing().put(input)).toEqual([`record selected 1: ${reason}`, 'deny']);
  });

  it('is denied when it is more than what is left', () => {
    const play = vending();
    play.put(success, idle);
    expect(play.put(choose(12, 1_000), success, idle)).toEqual([
      'record selected 2: 1000',
      'approve 1000',
      'record vend.dispensed',
    ]);
    expect(play.put(choose(12, 1_000))).toEqual(['record selected 3: over-amount', 'deny']);
  });

  it('that was not dispensed leaves its amount for another', () => {
    const play = vending();
    play.put(failure('not-dispensed'), idle, choose(11, 1_500), success, idle);
    expect(play.put(choose(11, 1_500), success, idle, enabled)).toContain('record closed machine 3/2/3000');
  });

  it('after the life of the grant is denied, even when no timer fired', () => {
    expect(choosing().after(120_000, choose(11, 1_500))).toEqual(['record selected 1: expired', 'deny']);
  });

  it('that the machine repeats is one choice', () => {
    expect(vending().put(choose(11, 1_500))).toEqual([]);
    const denied = choosing();
    denied.put(choose(99, 100));
    expect(denied.put(choose(99, 100))).toEqual([]);
    expect(denied.put(idle, choose(99, 100))).toEqual(['record selected 2: unknown-selection', 'deny']);
  });

  it('that overtakes a vend without a result makes that vend uncertain, and ends the session', () => {
    const play = vending();
    expect(play.put(idle, choose(11, 1_500))).toEqual([
      'record vend.uncertain no-result',
      'record selected 2: expired',
      'deny',
      'close',
    ]);
  });

  it('whose approval comes too late is denied and costs nothing', () => {
    const play = vending();
    expect(play.put({ type: 'approval-late' })).toEqual(['record vend.failed cancelled', 'deny']);
    expect(play.put(idle, enabled)).toEqual(['record closed machine 1/0/0']);
  });

  it('must be approved within the time that the machine waits, and within the life of the grant', () => {
    const approveOf = (play: Play) =>
      step(play.state, choose(11, 1_500), play.now, rules).actions.find(({ type }) => type === 'approve');
    expect(approveOf(choosing())).toMatchObject({ notAfter: 1_000 + 20_000 });
    const late = choosing();
    late.now += 110_000;
    expect(approveOf(late)).toMatchObject({ notAfter: 1_000 + 120_000 });
  });
});

describe('the result of a vend', () => {
  it.each<[string, Input[], string[]]>([
    ['dispensed', [success], ['record vend.dispensed']],
    ['not dispensed', [failure('not-dispensed')], ['record vend.failed not-dispensed']],
    ['cancelled', [failure('cancelled')], ['record vend.failed cancelled']],
    ['a reset', [{ type: 'vend-reset' }, inactive], ['record vend.uncertain reset', 'close', 'record closed reset 1/0/0']],
    ['the machine gone', [inactive], ['record vend.uncertain reset', 'record closed reset 1/0/0']],
    ['the adapter gone', [lost], ['record vend.uncertain adapter-lost', 'record closed adapter-lost 1/0/0']],
    ['the end without a result', [enabled], ['record vend.uncertain no-result', 'record closed machine 1/0/0']],
    ['the door opened, and then a result', [disabled, success], ['record vend.dispensed']],
  ])('is %s', (_, inputs, expected) => {
    expect(vending().put(...inputs)).toEqual(expected);
  });

  it('is given up after three minutes', () => {
    const play = vending();
    expect(play.wait()).toEqual(['record vend.uncertain no-result', 'close']);
    expect(play.now).toBe(1_000 + 180_000);
  });

  it.each<[string, Input]>([
    ['the machine is idle again', idle],
    ['the adapter refused the approval', { type: 'approval-refused' }],
  ])('may follow for a moment after %s', (_, input) => {
    const play = vending();
    expect(play.put(input)).toEqual([]);
    expect(play.after(4_000, success)).toEqual(['record vend.dispensed']);
    const silent = vending();
    silent.put(input);
    expect(silent.wait()).toEqual(['record vend.uncertain no-result', 'close']);
  });

  it('corrects an uncertain vend as long as the session is not closed', () => {
    const play = vending();
    play.wait();
    expect(play.put(success, enabled)).toEqual(['record vend.dispensed', 'record closed machine 1/1/1500']);
  });

  it('after the closing report changes nothing, and is shown to a person', () => {
    const play = vending();
    play.put(enabled);
    expect(play.put(success)).toEqual(['record fault late-vend-success']);
  });
});

describe('the end of a session', () => {
  it('comes when the payer does not choose, and the window begins anew after each result', () => {
    const play = vending();
    play.after(20_000, success, idle);
    expect(play.after(29_999, { type: 'tick' })).toEqual([]);
    expect(play.after(1, { type: 'tick' })).toEqual(['close']);
    expect(play.put(enabled)).toEqual(['record closed payer-idle 1/1/1500']);
  });

  it('is not put off by a status that is repeated', () => {
    const play = choosing();
    play.after(20_000, idle);
    expect(play.after(10_000, { type: 'tick' })).toEqual(['close']);
  });

  it('comes with the end of the grant, whatever is chosen', () => {
    const play = choosing();
    for (let round = 0; round < 5; round += 1) play.after(20_000, choose(99, 1), idle);
    expect(play.wait()).toEqual(['close']);
    expect(play.put(enabled)).toEqual(['record closed lifetime 5/0/0']);
  });

  it('waits for the vend under way, then comes at once', () => {
    const play = vending();
    expect(play.put({ type: 'close', close })).toEqual([]);
    expect(play.put(success)).toEqual(['record vend.dispensed', 'close']);
    expect(play.put(idle, choose(12, 1_000))).toEqual(['record selected 2: expired', 'deny']);
    expect(play.put(enabled)).toEqual(['record closed asked 2/1/1500']);
  });

  it('waits for the vend under way when the life of the grant ends', () => {
    const play = vending();
    expect(play.after(120_000, { type: 'tick' })).toEqual([]);
    expect(play.put(success, enabled)).toEqual(['record vend.dispensed', 'close', 'record closed lifetime 1/1/1500']);
  });

  it('is asked for until the machine confirms it, at last by switching the adapter off and on', () => {
    const play = choosing();
    expect(play.put({ type: 'close', close })).toEqual(['close']);
    expect([...play.wait(), ...play.wait(), ...play.wait(), ...play.wait()]).toEqual([
      'close',
      'close',
      'restart-adapter',
      'restart-adapter',
    ]);
    expect(play.put(inactive)).toEqual(['record closed asked 0/0/0']);
    expect(nextDeadline(play.state)).toBeUndefined();
  });

  it.each<[Input, string]>([
    [enabled, 'machine'],
    [disabled, 'machine'],
    [inactive, 'reset'],
    [lost, 'adapter-lost'],
  ])('is noticed while the payer chooses: %j', (status, reason) => {
    expect(choosing().put(status)).toEqual([`record closed ${reason} 0/0/0`]);
  });

  it('can be asked for while the machine opens', () => {
    const play = new Play();
    play.put(take);
    expect(play.put({ type: 'close', close }, enabled)).toEqual(['close', 'record closed asked 0/0/0']);
  });

  it('is asked for by a bridge that stops', () => {
    expect(choosing().put({ type: 'stop' })).toEqual(['close']);
    expect(new Play().put({ type: 'stop' })).toEqual([]);
  });
});

describe('a close command', () => {
  it('for a grant that never came is answered, and the grant is never opened afterwards', () => {
    const play = new Play();
    expect(play.put({ type: 'close', close })).toEqual(['record closed never-opened 0/0/0']);
    expect(play.put(take)).toEqual(['again session.closed']);
  });

  it('for a session that is over repeats its report', () => {
    const play = choosing();
    play.put(enabled);
    expect(play.put({ type: 'close', close })).toEqual(['again session.closed']);
  });

  it('for another purchase of the same number leaves the open session alone', () => {
    const play = choosing();
    const other = { ...close, purchaseId: '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0002' };
    expect(play.put({ type: 'close', close: other })).toEqual(['record closed never-opened 0/0/0']);
    expect(play.put(choose(11, 1_500))).toEqual(['record selected 1: 1500', 'approve 1500']);
  });
});

describe('a machine without a grant', () => {
  it('is sent away from a session, again until it goes', () => {
    const play = new Play();
    expect(play.put(idle)).toEqual(['close']);
    expect(play.wait()).toEqual(['close']);
    expect(play.put(enabled)).toEqual([]);
    expect(nextDeadline(play.state)).toBeUndefined();
  });

  it('is never approved', () => {
    expect(new Play().put(choose(11, 1_500))).toEqual(['deny', 'record fault selection-without-grant']);
  });

  it('may sell for cash, which is told', () => {
    expect(new Play().put({ type: 'cash-sale', selection: 11, priceMinor: 1_500 })).toEqual(['record cash.sale']);
  });
});
