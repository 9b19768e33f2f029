import {
  Play,
  choose,
  choosing,
  disabled,
  enabled,
  failure,
  idle,
  inactive,
  lost,
  rules,
  success,
  take,
  vending,
} from '../../test/play.js';
import type { Input } from './state.js';
import { step } from './step.js';

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

  it('after a denied one is judged anew when it is another, though the machine was not idle in between', () => {
    const play = choosing();
    expect(play.put(choose(99, 100), choose(11, 1_500))).toEqual([
      'record selected 1: unknown-selection',
      'deny',
      'record selected 2: 1500',
      'approve 1500',
    ]);
  });

  it.each<[string, Input[]]>([
    ['the payer chose something else', [choose(12, 1_000)]],
    ['the adapter had refused the approval', [{ type: 'approval-refused' }, choose(11, 1_500)]],
  ])('ends the session when %s while the result of a vend is awaited', (_, inputs) => {
    const play = vending();
    expect(play.put(...inputs, enabled)).toEqual([
      'record vend.uncertain no-result',
      'record selected 2: expired',
      'deny',
      'close',
      'record closed machine 2/0/0',
    ]);
  });

  it.each<[string, Input[]]>([
    ['denied', [choose(99, 100)]],
    ['approved too late', [choose(11, 1_500), { type: 'approval-late' }]],
  ])('that is %s begins the window anew', (_, inputs) => {
    const play = choosing();
    play.after(20_000, ...inputs);
    expect(play.after(29_999, { type: 'tick' })).toEqual([]);
    expect(play.after(1, { type: 'tick' })).toEqual(['close']);
    expect(play.put(enabled).join()).toContain('closed payer-idle');
  });

  it('is the last one when there were a thousand: the protocol has no number for another', () => {
    const play = choosing();
    for (let round = 1; round < 1_000; round += 1) play.put(choose(99, 1), idle);
    expect(play.put(choose(11, 1_500), success, idle)).toEqual([
      'record selected 1000: 1500',
      'approve 1500',
      'record vend.dispensed',
    ]);
    expect(play.put(choose(12, 1_000))).toEqual(['deny', 'close']);
    expect(play.put(choose(12, 1_000))).toEqual(['deny']);
    expect(play.put(enabled)).toEqual(['record closed lifetime 1000/1/1500']);
  });

  it('is told by its number when nobody granted it', () => {
    const { actions } = step(new Play().state, choose(11, 1_500), 0, rules);
    expect(actions).toContainEqual({
      type: 'record',
      body: { type: 'fault', code: 'selection-without-grant', detail: 'selection 11 was denied' },
    });
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
    [
      'a reset',
      [{ type: 'vend-reset' }, inactive],
      ['record vend.uncertain reset', 'close', 'record closed reset 1/0/0'],
    ],
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
    expect(silent.now).toBe(1_000 + 5_000);
  });

  it.each<[string, Input, object]>([
    ['dispensed', success, { type: 'vend.dispensed', vendNumber: 1 }],
    ['failed', failure('not-dispensed'), { type: 'vend.failed', vendNumber: 1, reason: 'not-dispensed' }],
    ['approved too late', { type: 'approval-late' }, { type: 'vend.failed', vendNumber: 1, reason: 'cancelled' }],
  ])('is told of the very vend that was %s', (_, input, body) => {
    const play = vending();
    const { actions } = step(play.state, input, play.now, rules);
    expect(actions[0]).toMatchObject({ type: 'record', body });
  });

  it.each<[Input, string[]]>([
    [failure('not-dispensed'), []],
    [{ type: 'approval-late' }, []],
    [{ type: 'approval-refused' }, []],
    [{ type: 'vend-reset' }, []],
    [success, ['record fault late-vend-success']],
  ])('changes nothing when no vend was approved: %j', (input, expected) => {
    for (const play of [new Play(), choosing()]) {
      const { session, ledger } = play.state;
      expect(play.put(input)).toEqual(expected);
      expect(play.state).toMatchObject({ ledger, ...(session && { session }) });
    }
  });

  it('that comes after the closing report is told in words', () => {
    const { actions } = step(new Play().state, success, 0, rules);
    expect(actions).toMatchObject([{ body: { detail: 'the machine reports a vend that nobody waits for' } }]);
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
