import {
  Play,
  choose,
  choosing,
  close,
  disabled,
  enabled,
  idle,
  inactive,
  lost,
  success,
  take,
  vending,
} from '../../test/play.js';
import type { Input } from './state.js';
import { nextDeadline } from './step.js';

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
    expect(play.put(idle)).toEqual(['close']);
    expect(play.put(choose(12, 1_000), idle)).toEqual(['record selected 2: expired', 'deny', 'close']);
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
