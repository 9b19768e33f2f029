import { REPEAT_MS } from './machine.js';
import { approve, begin, Reader, readerIn, request, rules, setupConfig, setupPrices } from './testing/reader.js';

const success = { name: 'VEND SUCCESS', item: 24 } as const;
const complete = { name: 'SESSION COMPLETE' } as const;
const reset = { name: 'RESET' } as const;

describe('the flows of the standard', () => {
  it('is set up, enabled, and sells one item', () => {
    const reader = new Reader(rules);
    expect(reader.hear(reset, setupConfig, setupPrices, { name: 'READER ENABLE' })).toEqual([
      'inactive',
      'say 00',
      'say 01 03 17 52 01 02 1E 0B',
      'disabled',
      'enabled',
    ]);
    expect(reader.do(begin(5_000))).toEqual(['say 03 13 88 FF FF FF FF 00 00 00', 'idle']);
    expect(reader.hear(request)).toEqual(['selection 24 for 1200']);
    expect(reader.do(approve(1_200))).toEqual(['say 05 04 B0']);
    expect(reader.hear(success)).toEqual(['vend-success', 'idle']);
    expect(reader.hear(complete)).toEqual(['say 07', 'enabled']);
  });

  it('sells several items in one session, up to the grant', () => {
    const reader = readerIn('session-idle');
    for (let item = 1; item <= 4; item += 1) {
      expect(reader.hear({ name: 'VEND REQUEST', units: 1_200, item })).toEqual([`selection ${item} for 1200`]);
      expect(reader.do(approve(1_200))).toEqual(['say 05 04 B0']);
      expect(reader.hear({ name: 'VEND SUCCESS', item })).toEqual(['vend-success', 'idle']);
    }
    reader.hear({ name: 'VEND REQUEST', units: 1_200, item: 5 });
    expect(reader.do(approve(1_200))).toEqual([
      'fault approval-over-grant',
      'vend-failure cancelled',
      'say 06',
      'idle',
    ]);
  });

  it('denies, and the machine ends the session', () => {
    const reader = readerIn('asked');
    expect(reader.do({ type: 'deny' })).toEqual(['say 06', 'idle']);
    expect(reader.hear(complete)).toEqual(['say 07', 'enabled']);
  });

  it('asks for the end, which the machine brings about', () => {
    const reader = readerIn('session-idle');
    expect(reader.do({ type: 'end' })).toEqual(['say 04']);
    expect(reader.hear(complete)).toEqual(['say 07', 'enabled']);
  });

  it('is disabled after the session when READER DISABLE came in it', () => {
    const reader = readerIn('session-idle');
    expect(reader.hear({ name: 'READER DISABLE' })).toEqual([]);
    expect(reader.hear(complete)).toEqual(['say 07', 'disabled']);
  });

  it('puts back on the grant what was not dispensed', () => {
    const reader = readerIn('session-idle');
    for (let attempt = 0; attempt < 10; attempt += 1) {
      reader.hear(request);
      expect(reader.do(approve(1_200))).toEqual(['say 05 04 B0']);
      expect(reader.hear({ name: 'VEND FAILURE' })).toEqual(['vend-failure not-dispensed', 'idle']);
    }
  });

  it('takes a session for possible only when it is enabled', () => {
    expect(readerIn('disabled').do(begin(5_000))).toEqual(['open-failed']);
    expect(readerIn('session-idle').do(begin(5_000))).toEqual(['open-failed']);
  });

  it('is asked without a session when both sides want "always idle", and approves within a grant only', () => {
    const reader = readerIn('enabled', { options: 0x20 });
    reader.hear({ name: 'ENABLE OPTIONS', options: 0x60 });
    expect(reader.state.options).toBe(0x20);
    expect(reader.hear(request)).toEqual(['selection 24 for 1200']);
    expect(reader.do(approve(1_200))).toEqual([
      'fault approval-over-grant',
      'vend-failure cancelled',
      'say 06',
      'idle',
    ]);
    expect(reader.hear(complete)).toEqual(['say 07', 'enabled']);

    // A grant whose BEGIN SESSION has not left yet is overtaken by the request.
    reader.put(begin(5_000));
    expect(reader.hear(request)).toEqual(['selection 24 for 1200']);
    expect(reader.do(approve(1_200))).toEqual(['say 05 04 B0']);
    expect(reader.left.at(-2)).toBe('07');
  });

  it('speaks in 32 bit once that was enabled', () => {
    const reader = readerIn('enabled', { options: 0x02 });
    reader.hear({ name: 'ENABLE OPTIONS', options: 0x06 });
    expect(reader.do(begin(500_000))[0]).toBe('say 03 00 07 A1 20 FF FF FF FF 00 00 00 65 6E 17 52 00');
    expect(reader.hear({ name: 'VEND REQUEST', units: 120_000, item: 24 })).toEqual(['selection 24 for 120000']);
    expect(reader.do(approve(120_000))).toEqual(['say 05 00 01 D4 C0']);
  });

  it('counts in units of the scale, and rounds nothing that is approved', () => {
    const reader = readerIn('enabled', { scale: 50 });
    expect(reader.do(begin(5_020))[0]).toBe('say 03 00 64 FF FF FF FF 00 00 00');
    expect(reader.hear({ name: 'VEND REQUEST', units: 24, item: 24 })).toEqual(['selection 24 for 1200']);
    expect(reader.do(approve(1_210))).toEqual([
      'fault approval-not-sayable',
      'vend-failure cancelled',
      'say 06',
      'idle',
    ]);
  });

  it('denies a price that no purchase can have', () => {
    const reader = readerIn('session-idle', { scale: 255 });
    reader.state = { ...reader.state, options: 0x02 };
    expect(reader.hear({ name: 'VEND REQUEST', units: 0xffff_ffff, item: 24 })).toEqual([
      'fault price-too-high',
      'say 06',
      'idle',
    ]);
  });

  it.each([
    [1, '01 01 17 52 01 02 1E 0B', '03 13 88'],
    [2, '01 02 17 52 01 02 1E 0B', '03 13 88 FF FF FF FF 00 00 00'],
    [9, '01 03 17 52 01 02 1E 0B', '03 13 88 FF FF FF FF 00 00 00'],
  ])('speaks to a machine of level %i as to the highest level both know', (level, config, opening) => {
    const reader = new Reader(rules);
    reader.hear(reset, { name: 'SETUP CONFIG', level }, setupPrices, { name: 'READER ENABLE' });
    reader.do(begin(5_000));
    expect(reader.left).toEqual(['00', config, opening]);
  });

  it('tells cash sales, but not what was free or a test', () => {
    const reader = readerIn('enabled');
    for (const flag of [0x8000, 0x4000, 0x2000, 0x1000]) {
      expect(reader.hear({ name: 'CASH SALE', units: 1_200, item: flag | 24 })).toEqual([]);
    }
    expect(reader.hear({ name: 'CASH SALE', units: 1_200, item: 0xffff })).toEqual(['cash-sale 65535 for 1200']);
  });
});

describe('repeats', () => {
  it('are no new events', () => {
    for (const command of [request, success, reset, complete, { name: 'CASH SALE', units: 1, item: 2 } as const]) {
      const reader = command === success ? readerIn('sent') : readerIn('session-idle');
      reader.hear(command);
      const once = reader.state;
      reader.now += REPEAT_MS;
      expect(reader.put({ type: 'command', command })).toEqual([]);
      expect(reader.state).toEqual(once);
    }
  });

  it('of RESET are answered again after a while, and a vend is reset once', () => {
    const reader = readerIn('sent');
    expect(reader.hear(reset, reset)).toEqual(['vend-reset', 'inactive', 'say 00', 'inactive', 'say 00']);
  });

  it('are what a RESET is that was on its way while we said JUST RESET by ourselves', () => {
    const reader = new Reader(rules);
    expect(reader.do({ type: 'restart' })).toEqual(['inactive', 'say 00']);
    reader.now += REPEAT_MS;
    expect(reader.do({ type: 'command', command: reset })).toEqual([]);
  });

  it('of a request are the same request as long as it is open', () => {
    const reader = readerIn('sent');
    expect(reader.hear(request, request)).toEqual([]);
    expect(reader.hear(success)).toEqual(['vend-success', 'idle']);
  });

  it('of SETUP and SESSION COMPLETE are answered again', () => {
    const reader = readerIn('enabled');
    expect(reader.hear(setupConfig, setupConfig)).toHaveLength(2);
    expect(reader.hear(complete, complete)).toEqual(['say 07', 'say 07']);
  });
});

describe('RESET', () => {
  it('before the approval has left is a vend that cannot have happened', () => {
    const reader = readerIn('asked');
    reader.put(approve(1_200));
    expect(reader.hear(reset)).toEqual(['vend-failure cancelled', 'inactive', 'say 00']);
    expect(reader.left).not.toContain('05 04 B0');
  });

  it('between approval and success is uncertain', () => {
    expect(readerIn('sent').hear(reset)).toEqual(['vend-reset', 'inactive', 'say 00']);
  });

  it('by ourselves is the same', () => {
    expect(readerIn('sent').do({ type: 'restart' })).toEqual(['vend-reset', 'inactive', 'say 00']);
  });

  it('takes back grant, level and options', () => {
    const reader = readerIn('session-idle');
    reader.hear(reset);
    expect(reader.state).toMatchObject({ phase: 'inactive', level: 1, options: 0 });
    expect(reader.state.leftMinor).toBeUndefined();
  });
});

describe('deadlines', () => {
  it('denies what nobody decided two seconds before the machine stops waiting, and no later yes leaves', () => {
    const reader = readerIn('asked');
    const askedAt = reader.now;
    expect(reader.wait()).toEqual(['vend-failure cancelled', 'say 06', 'idle']);
    expect(reader.now).toBe(askedAt + 28_000);
    expect(reader.do(approve(1_200))).toEqual(['approval-refused']);
    expect(reader.left).not.toContain('05 04 B0');
  });

  it('holds back an approval that could not leave in time', () => {
    const reader = readerIn('asked');
    reader.put(approve(1_200));
    reader.now += 28_000;
    expect(reader.drain()).toEqual(['say 06', 'vend-failure cancelled', 'idle']);
  });

  it('does not offer a session beyond the life of its grant', () => {
    const reader = readerIn('enabled');
    reader.put({ type: 'begin', creditMinor: 5_000, notAfter: reader.now + 100 });
    expect(reader.wait()).toEqual(['open-failed']);
    expect(reader.state.leftMinor).toBeUndefined();
  });
});

describe('what we are asked to do', () => {
  it('approves once', () => {
    expect(readerIn('sent').do(approve(1_200))).toEqual(['fault second-approval']);
  });

  it('approves nothing that was not asked', () => {
    expect(readerIn('session-idle').do(approve(1_200))).toEqual(['approval-refused']);
  });

  it('takes back an approval that has not left, and none that has', () => {
    const reader = readerIn('asked');
    reader.put(approve(1_200));
    expect(reader.do({ type: 'deny' })).toEqual(['say 06', 'idle']);
    expect(readerIn('sent').do({ type: 'deny' }, { type: 'end' })).toEqual([]);
  });

  it('denies an open request when the session is to end', () => {
    expect(readerIn('asked').do({ type: 'end' })).toEqual(['say 06', 'idle', 'say 04']);
  });

  it.each([
    ['READER DISABLE', ['open-failed', 'disabled']],
    ['READER CANCEL', ['open-failed', 'say 08']],
  ] as const)('does not begin a session after %s', (name, told) => {
    const reader = readerIn('enabled');
    reader.put(begin(5_000));
    expect(reader.hear({ name })).toEqual(told);
    expect(reader.state.leftMinor).toBeUndefined();
  });

  it('does not begin a session that is given up', () => {
    const reader = readerIn('enabled');
    reader.put(begin(5_000));
    expect(reader.do({ type: 'end' })).toEqual(['enabled']);
  });

  it('asks for the end no more when the payer was quicker', () => {
    const reader = readerIn('session-idle');
    reader.put({ type: 'end' });
    expect(reader.hear(request)).toEqual(['selection 24 for 1200']);
  });
});

describe('a VEND CANCEL that crosses an approval which has left', () => {
  const cancel = { name: 'VEND CANCEL' } as const;

  it('does not buy a second item on the money of the first', () => {
    const reader = readerIn('enabled');
    reader.do(begin(1_200));
    reader.hear(request);
    reader.do(approve(1_200));
    reader.hear(cancel);
    // The machine heard the approval first, and the item fell.
    expect(reader.hear(success)).toEqual(['vend-success', 'idle']);
    reader.hear(request);
    expect(reader.do(approve(1_200))).toContain('fault approval-over-grant');
    expect(reader.left.filter((said) => said === '05 04 B0')).toHaveLength(1);
  });

  it('is decided by the success, even before the denial has left', () => {
    const reader = readerIn('sent');
    reader.put({ type: 'command', command: cancel });
    expect(reader.hear(success)).toEqual(['vend-success', 'idle']);
  });

  it('is uncertain when the machine resets itself', () => {
    expect(readerIn('crossed').hear(reset)).toEqual(['vend-reset', 'inactive', 'say 00']);
  });

  it('is not dispensed when the machine says so', () => {
    expect(readerIn('crossed').hear({ name: 'VEND FAILURE' })).toEqual(['vend-failure not-dispensed', 'idle']);
  });

  it('is cancelled when the machine asks for the next item, and the money is there again', () => {
    const reader = readerIn('crossed');
    for (let attempt = 0; attempt < 10; attempt += 1) {
      // The same item again is a request of its own.
      expect(reader.hear(request)).toEqual(['vend-failure cancelled', 'idle', 'selection 24 for 1200']);
      expect(reader.do(approve(1_200))).toEqual(['say 05 04 B0']);
      expect(reader.hear(cancel)).toEqual(['say 06']);
    }
  });

  it('is cancelled when the machine ends the session', () => {
    expect(readerIn('crossed').hear(complete)).toEqual(['vend-failure cancelled', 'idle', 'say 07', 'enabled']);
  });

  it('is denied again to a machine that asks again', () => {
    expect(readerIn('crossed').hear(cancel, cancel)).toEqual(['say 06', 'say 06']);
  });

  it('lets the end of the session be asked for, which decides it', () => {
    expect(readerIn('crossed').do({ type: 'end' })).toEqual(['say 04']);
  });
});

it('reports a success that nobody waits for instead of believing it', () => {
  const reader = readerIn('asked');
  reader.put(approve(1_200), { type: 'command', command: { name: 'VEND CANCEL' } });
  expect(reader.hear(success)).toEqual(['fault late-vend-success', 'idle']);
  expect(reader.left).not.toContain('05 04 B0');
});

it.each(['revalue', 'negative-vend'] as const)('is in session again when the denial in %s has left', (phase) => {
  const reader = readerIn(phase);
  reader.drain();
  expect(reader.state.phase).toBe('session-idle');
});
