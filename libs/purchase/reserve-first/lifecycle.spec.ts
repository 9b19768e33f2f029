import { EVERY_EVENT } from '../testing/every-event.js';
import { faultsOf } from '../testing/rules.js';
import { STAGES } from '../testing/stages.js';
import { step } from './lifecycle.js';
import type { State } from './purchase.js';
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

  it('gives the same answer to the same question', () => {
    for (const [, stage] of STAGES) {
      for (const event of EVERY_EVENT) {
        expect(step(stage.purchase, event, stage.now)).toEqual(step(stage.purchase, event, stage.now));
      }
    }
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
