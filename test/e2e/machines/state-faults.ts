import { PRICES } from '../../support/test-system.js';
import type { Site } from './site.js';

/** What may be wrong with the machine controller itself. */
export function stateFaults(site: () => Site): void {
  it.each([
    // Raw bytes do not tell a machine that is off from an adapter that is.
    ['inactive', { inactive: true }, ['inactive', 'adapter-lost']],
    ['out of service', { outOfService: true }, ['disabled']],
  ] as const)('lets nobody pay at a machine that is %s, and sells when it is back', async (_, fault, states) => {
    site().fault(fault);
    await site().machineState(...states);
    expect(await site().turnedAway()).toBe('DEVICE_UNAVAILABLE');
    await site().mended();
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [11] });
  });

  it('opens a machine that refuses START three times', async () => {
    site().fault({ refuseStart: 3 });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [11] });
    expect(site().machine.view().faults.refuseStart).toBe(false);
  });

  it('gives everything back when the machine never takes START', async () => {
    site().fault({ refuseStart: 30 });
    expect(await site().buy([])).toMatchObject({
      state: 'RELEASED',
      committedMinor: 0,
      fell: [],
      vends: [],
      cases: [],
    });
  });

  it('takes a machine at its word that ends the session because nobody chose', async () => {
    site().fault({ sessionTimeoutMs: 300 });
    expect(await site().buy([{ press: 11 }, { walkAway: true }])).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
    });
  });

  it('charges what came out before a machine began to reset itself, and sells when it has stopped', async () => {
    const visit = await site().begin([{ press: 11 }, { walkAway: true }]);
    await visit.knows('11 dispensed');
    site().fault({ resetStormMs: 40 });
    expect(await visit.ended()).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
      cases: [],
    });
    await site().mended();
    expect(await site().buy([{ press: 12 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [12] });
  });

  it('agrees with the tray whatever a payer gets out of a machine that resets itself all the time', async () => {
    const visit = await site().begin([{ press: 11 }, { press: 12 }, { finish: true }], undefined, {
      resetStormMs: 150,
    });
    const { state, committedMinor } = await visit.ended();
    expect(['COMMITTED', 'RELEASED']).toContain(state);
    expect([0, PRICES[11], PRICES[11] + PRICES[12]]).toContain(committedMinor);
  });
}
