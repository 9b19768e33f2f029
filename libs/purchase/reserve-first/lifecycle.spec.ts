import { EVERY_EVENT } from '../testing/every-event.js';
import { faultsOf } from '../testing/rules.js';
import { STAGES, askedToClose, charged, granted, settling, unlocked } from '../testing/stages.js';
import type { Visit } from '../testing/visit.js';
import { step } from './lifecycle.js';
import { type Purchase, type State, committedMinor } from './purchase.js';
import { TRANSITIONS } from './transitions-allowed.js';

/** At once, when every short deadline is past, and when every long one is. */
const DELAYS_MS = [0, 100_000, 2 * 86_400_000];

const name = (event: object) =>
  JSON.stringify(event, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

describe('the lifecycle', () => {
  it('is tried in every state that there is', () => {
    const states = new Set(STAGES.map(([, { state }]) => state));

    expect([...states].toSorted()).toEqual((Object.keys(TRANSITIONS) as State[]).toSorted());
  });

  it.each(STAGES)('answers every event, early and late, in %s', (title, stage) => {
    expect(title.split(',')[0]).toBe(stage.state);
    const faults: string[] = [];
    for (const delay of DELAYS_MS) {
      for (const event of EVERY_EVENT) {
        const outcome = step(stage.purchase, event, stage.now + delay);
        for (const fault of faultsOf(stage.purchase, event, outcome)) faults.push(`${name(event)} +${delay}: ${fault}`);
      }
    }

    expect(faults).toEqual([]);
  });

  it('leaves no final state', () => {
    for (const state of ['COMMITTED', 'RELEASED', 'CANCELLED', 'REFUSED', 'REVIEW'] as const) {
      expect(TRANSITIONS[state]).toEqual([]);
    }
  });

  it.each<[string, Visit, Partial<Purchase>]>([
    ['UNLOCKING without a grant', granted(), { grant: null }],
    ['CLOSING without a grant', askedToClose(), { grant: null }],
    ['UNLOCKED with nothing to wait for', unlocked(), { next: null }],
    ['SETTLING without an amount', settling(), { settlement: null }],
    ['COMMITTED without an amount', charged(), { settlement: null }],
  ])('charges nothing, and breaks nothing, for a record that cannot be: %s', (_, stage, flaw) => {
    const broken = { ...stage.purchase, ...flaw };
    const after = DELAYS_MS.flatMap((delay) =>
      EVERY_EVENT.map((event) => step(broken, event, stage.now + delay).purchase),
    );
    const allowed: readonly State[] = [broken.state, 'CLOSING', 'RELEASING'];

    expect(after.filter(({ state }) => !allowed.includes(state))).toEqual([]);
    expect(after.filter((purchase) => committedMinor(purchase) !== null)).toEqual([]);
  });

  it('takes no words of the machine for a grant of another purchase', () => {
    for (const [, stage] of STAGES) {
      for (const event of EVERY_EVENT) {
        if (!('grantNumber' in event)) continue;
        const foreign = { ...event, grantNumber: event.grantNumber + 1_000 };

        expect(step(stage.purchase, foreign, stage.now).purchase).toBe(stage.purchase);
      }
    }
  });
});
