import type { Faults } from '#simulated-machine/faults.js';

import { PRICES } from '../../support/test-system.js';
import type { Site } from './site.js';

const BAD_LINES: [string, Partial<Faults>][] = [
  ['in pieces', { pieces: true }],
  ['several at once', { joined: true }],
  ['with garbage before each', { garbage: true }],
  ['with every status twice', { duplicateStatus: true }],
  ['in pieces, with garbage and twice', { pieces: true, garbage: true, duplicateStatus: true }],
];

/** What may be wrong between machine and bridge. */
export function lineFaults(site: () => Site): void {
  it.each(BAD_LINES)('sells as always when words of the machine come %s', async (_, faults) => {
    site().fault(faults);
    expect(
      await site().buy([{ press: 11 }, { press: 12, result: 'jammed' }, { press: 13 }, { finish: true }]),
    ).toMatchObject({ state: 'COMMITTED', committedMinor: PRICES[11] + PRICES[13], fell: [11, 13], cases: [] });
  });

  it('lets nobody pay at a machine whose adapter is silent, and sells when it speaks again', async () => {
    site().fault({ silent: true });
    // Raw bytes do not tell the one from the other before the machine was once asked the time.
    const isRaw = site().machine.view().dialect === 'wafer-star';
    await site().machineState('adapter-lost', ...(isRaw ? ['inactive'] : []));
    expect(await site().turnedAway()).toBe('DEVICE_UNAVAILABLE');
    site().fault({ silent: false });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [11] });
  });

  it('gives everything back when the adapter falls silent before the machine opened', async () => {
    const visit = await site().begin([], undefined, { silent: true });
    expect(await visit.ended()).toMatchObject({ state: 'RELEASED', fell: [], vends: [], cases: [] });
  });

  it('takes a session for over when the adapter falls silent in it, and charges what had come out', async () => {
    const visit = await site().begin([{ press: 11 }, { walkAway: true }]);
    await visit.knows('11 dispensed');
    site().fault({ silent: true });
    expect(await visit.ended()).toMatchObject({ state: 'COMMITTED', committedMinor: PRICES[11], fell: [11] });
  });

  it('lets nobody pay at a machine whose plug is pulled, and sells when it is back', async () => {
    site().fault({ unplugged: true });
    await site().machineState('adapter-lost');
    expect(await site().turnedAway()).toBe('DEVICE_UNAVAILABLE');
    site().fault({ unplugged: false });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [11] });
  });

  it('leaves a vend to a person when the plug is pulled during it', async () => {
    const visit = await site().begin([{ press: 11, resultAfterMs: 600 }]);
    await visit.moving(0);
    site().fault({ unplugged: true });
    await visit.fell(1);
    expect(await visit.ended()).toMatchObject({
      state: 'RELEASED',
      fell: [11],
      vends: ['11 uncertain'],
      cases: ['uncertain-vend'],
    });
  });
}
