import type { Faults } from '#simulated-machine/faults.js';

import { PRICES } from '../../support/test-system.js';
import type { Site } from './site.js';

/** What may be wrong with a choice, and with how its vend ends. */
export function vendFaults(site: () => Site): void {
  it('denies what the machine prices differently from the price list', async () => {
    site().fault({ priceOffsetMinor: 50 });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({
      state: 'RELEASED',
      fell: [],
      vends: ['11 denied'],
      cases: [],
    });
  });

  it('denies what the machine cannot name', async () => {
    site().fault({ reportedSelection: 65_535 });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({
      state: 'RELEASED',
      fell: [],
      cases: [],
    });
  });

  it.each<[string, Partial<Faults>]>([
    ['fails', { vendFailed: true }],
    ['is cancelled', { vendCancelled: true }],
  ])('charges nothing for a vend that %s', async (_, fault) => {
    site().fault(fault);
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({
      state: 'RELEASED',
      fell: [],
      vends: ['11 failed'],
      cases: [],
    });
  });

  it('charges an item that fell although the machine took its request back, as the approval was quicker', async () => {
    site().fault({ vendCancelledTooLate: true });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
      vends: ['11 dispensed'],
      cases: [],
    });
  });

  it.each<[string, Partial<Faults>, number[]]>([
    ['RESET after the approval', { resetAfterApproval: true }, [11]],
    ['result that never comes', { successNever: true }, [11]],
  ])('leaves a %s to a person, and charges nothing of its own', async (_, fault, fell) => {
    site().fault(fault);
    expect(await site().buy([{ press: 11 }])).toMatchObject({
      state: 'RELEASED',
      committedMinor: 0,
      fell,
      vends: ['11 uncertain'],
      cases: ['uncertain-vend'],
    });
  });

  it('charges nothing for a RESET before the approval, and leaves it to a person when the approval had left', async () => {
    site().fault({ resetBeforeApproval: true });
    const visit = await site().buy([{ press: 11 }]);
    expect(visit).toMatchObject({ state: 'RELEASED', committedMinor: 0, fell: [] });
    // The RESET and the approval cross each other: what the machine did not hear cannot have moved a spiral.
    expect([
      ['11 uncertain', 'uncertain-vend'],
      ['11 failed', ''],
    ]).toContainEqual([visit.vends.join(), visit.cases.join()]);
  });

  it('charges what came out before a RESET, and leaves the rest to a person', async () => {
    expect(await site().buy([{ press: 11 }, { press: 12, result: 'reset-after-approval' }])).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11, 12],
      vends: ['11 dispensed', '12 uncertain'],
      cases: ['uncertain-vend'],
    });
  });

  it('charges an item whose success comes late', async () => {
    site().fault({ successLateMs: 500 });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
      cases: [],
    });
  });

  it('leaves an item to a person whose success comes when nobody waits for it any more', async () => {
    site().fault({ successLateMs: 4_000 });
    const visit = await site().begin([{ press: 11 }]);
    await visit.fell(1);
    expect(await visit.ended()).toMatchObject({
      state: 'RELEASED',
      fell: [11],
      vends: ['11 uncertain'],
      cases: ['uncertain-vend'],
    });
  });

  it('takes cash for no concern of anybody’s who pays with the phone', async () => {
    site().fault({ cashSale: true });
    const before = site().machine.dispensed.length;
    site().machine.press(12);
    await site().machine.until(({ dispensed }) => dispensed.length === before + 1);
    expect(site().machine.dispensed.at(-1)).toMatchObject({ selection: 12, cash: true });
    site().fault({ cashSale: false });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [11] });
  });
}
