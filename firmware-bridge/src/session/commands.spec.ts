import type { Grant } from '#machine-protocol/messages.js';

import {
  Play,
  choose,
  choosing,
  close,
  disabled,
  enabled,
  grant,
  idle,
  inactive,
  lost,
  rules,
  take,
} from '../../test/play.js';
import { ANSWERS_MAX } from './ledger.js';
import type { Input } from './state.js';
import { step } from './step.js';

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
    expect(new Play().put({ type: 'grant', grant: { ...grant, ...change } })).toEqual([
      `record grant.refused ${reason}`,
    ]);
  });

  it.each<[string, Input, Partial<Grant>, string | undefined]>([
    ['an old number', enabled, { grantNumber: 5 }, 'number 5 was seen'],
    ['other decimals', enabled, { exponent: 0 }, 'this machine sells in SEK with 2 decimals'],
    [
      'two prices',
      enabled,
      { prices: [...grant.prices, { selection: 11, priceMinor: 1 }] },
      'a selection has two prices',
    ],
    ['a machine out of order', disabled, {}, 'the machine is disabled'],
  ])('tells the operator why it is refused: %s', (_, status, change, detail) => {
    const play = new Play();
    play.put({ type: 'close', close: { ...close, purchaseId: 'another' } }, status);
    const { actions } = step(
      play.state,
      { type: 'grant', grant: { ...grant, grantNumber: 6, ...change } },
      play.now,
      rules,
    );

    expect(actions).toMatchObject([{ type: 'record', body: { type: 'grant.refused', detail } }]);
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
    const other: Input = { type: 'grant', grant: { ...grant, purchaseId: 'another', grantNumber: 6 } };
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
    expect(play.put({ type: 'open-failed', detail: 'START -3' })).toEqual([
      'record grant.refused start-failed',
      'close',
    ]);
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

  it('is heard once, however often it is repeated while the machine closes', () => {
    const play = choosing();
    expect(play.put({ type: 'close', close })).toEqual(['close']);
    expect(play.put({ type: 'close', close }, { type: 'close', close })).toEqual([]);
  });

  it('for a grant that the journal has forgotten is told as a fault, and closes nothing', () => {
    const play = new Play();
    for (let grantNumber = 6; grantNumber < 6 + ANSWERS_MAX; grantNumber += 1) {
      play.put({ type: 'close', close: { ...close, grantNumber } });
    }
    const { actions } = step(play.state, { type: 'close', close }, play.now, rules);

    expect(actions).toEqual([
      {
        type: 'record',
        body: { type: 'fault', code: 'forgotten-grant', detail: 'the journal no longer knows grant 5' },
      },
    ]);
  });

  it('for another purchase of the same number leaves the open session alone', () => {
    const play = choosing();
    const other = { ...close, purchaseId: '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0002' };
    expect(play.put({ type: 'close', close: other })).toEqual(['record closed never-opened 0/0/0']);
    expect(play.put(choose(11, 1_500))).toEqual(['record selected 1: 1500', 'approve 1500']);
  });
});
