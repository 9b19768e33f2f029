import { PRICES } from '../../support/test-system.js';
import type { Site } from './site.js';

/** What a payer, a machine and a reader do with each other: the flows of MDB/ICP 4.2, section 7.7. */
export function flows(site: () => Site): void {
  it('one item: authorised first, charged when it has come out', async () => {
    expect(await site().buy([{ press: 11 }, { finish: true }])).toEqual({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
      vends: ['11 dispensed'],
      cases: [],
    });
  });

  it('several items in one session are charged together', async () => {
    expect(await site().buy([{ press: 11 }, { press: 12 }, { press: 11 }, { finish: true }])).toMatchObject({
      state: 'COMMITTED',
      committedMinor: 2 * PRICES[11] + PRICES[12],
      fell: [11, 12, 11],
      cases: [],
    });
  });

  it('a machine that ends the session after each vend sells one item', async () => {
    site().fault({ singleVend: true });
    expect(await site().buy([{ press: 11 }, { press: 12 }, { finish: true }])).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
    });
  });

  it('a choice before anybody paid is denied, and the next payer is served', async () => {
    site().fault({ selectionFirst: true });
    const before = site().machine.dispensed.length;
    site().machine.press(11);
    await site().machine.until(({ mode }) => mode === 'ENABLED');
    await site().system.machineReady();
    expect(site().machine.dispensed).toHaveLength(before);
    expect(await site().buy([{ press: 12 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [12] });
  });

  it('a payer who takes nothing pays nothing', async () => {
    expect(await site().buy([{ finish: true }])).toEqual({
      state: 'RELEASED',
      committedMinor: 0,
      fell: [],
      vends: [],
      cases: [],
    });
  });

  it('a payer who walks away is waited for, then the session is ended from this side', async () => {
    expect(await site().buy([{ press: 11 }, { walkAway: true }])).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
    });
    expect(site().machine.view().mode).toBe('ENABLED');
  });

  it('what the reservation does not cover is denied', async () => {
    expect(await site().buy([{ press: 34 }, { press: 11 }, { finish: true }], '3.00')).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
    });
  });

  it('a payer who cancels while the machine asks is not charged', async () => {
    expect(await site().buy([{ press: 11, result: 'cancelled' }, { finish: true }])).toMatchObject({
      state: 'RELEASED',
      fell: [],
      vends: ['11 failed'],
      cases: [],
    });
  });

  it('an answer that comes too late for the machine lets nothing fall, and a person looks', async () => {
    // The approval has left long before the machine loses its patience.
    site().fault({ slowAnswerMs: 2_500, impatientMs: 2_000 });
    expect(await site().buy([{ press: 11 }])).toMatchObject({
      state: 'RELEASED',
      fell: [],
      vends: ['11 uncertain'],
      cases: ['uncertain-vend'],
    });
  });

  it('a slow answer that is still in time sells', async () => {
    site().fault({ slowAnswerMs: 300 });
    expect(await site().buy([{ press: 11 }, { finish: true }])).toMatchObject({ state: 'COMMITTED', fell: [11] });
  });

  it('what is not dispensed is not charged', async () => {
    expect(
      await site().buy([{ press: 11, result: 'jammed' }, { press: 12, result: 'jammed' }, { finish: true }]),
    ).toMatchObject({ state: 'RELEASED', fell: [], vends: ['11 failed', '12 failed'], cases: [] });
  });

  it('a power cut after the approval stops the item, and a person looks', async () => {
    const visit = await site().begin([{ press: 11 }, { press: 12, resultAfterMs: 60_000 }]);
    await visit.moving(1);
    await site().machine.powerCut(100);
    expect(await visit.ended()).toMatchObject({
      state: 'COMMITTED',
      committedMinor: PRICES[11],
      fell: [11],
      vends: ['11 dispensed', '12 uncertain'],
      cases: ['uncertain-vend'],
    });
  });

  it('who puts coins in instead ends the session, and is not charged for what falls', async () => {
    const visit = await site().begin([]);
    await site().machine.until(({ mode }) => mode === 'IDLE');
    site().fault({ cashSale: true });
    site().machine.press(13);
    expect(await visit.ended()).toMatchObject({ state: 'RELEASED', fell: [], vends: [], cases: [] });
    await visit.fell(1);
    expect(site().machine.dispensed.at(-1)).toMatchObject({ selection: 13, priceMinor: PRICES[13], cash: true });
  });
}
