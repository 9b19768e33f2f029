import fc from 'fast-check';

import { EVERY_EVENT } from '../testing/every-event.js';
import { faultsOf } from '../testing/rules.js';
import { STAGES } from '../testing/stages.js';
import type { Visit } from '../testing/visit.js';
import { step } from './lifecycle.js';

it('the lifecycle keeps its rules in every order of events', () => {
  const happening = fc.record({
    event: fc.constantFrom(...EVERY_EVENT),
    delay: fc.constantFrom(0, 1, 1_000, 20_000, 400_000, 86_400_000),
  });
  fc.assert(
    fc.property(fc.constantFrom(...STAGES), fc.array(happening, { maxLength: 30 }), ([, stage], happenings) => {
      let visit: Visit = stage;
      for (const { event, delay } of happenings) {
        const before = visit.later(delay);
        const outcome = step(before.purchase, event, before.now);

        expect(faultsOf(before.purchase, event, outcome)).toEqual([]);
        visit = before.on(event);
      }
    }),
    { numRuns: 3_000, seed: 20_261_121 },
  );
});

it('the lifecycle gives the same answer to the same question', () => {
  for (const [, stage] of STAGES) {
    for (const event of EVERY_EVENT) {
      expect(step(stage.purchase, event, stage.now)).toEqual(step(stage.purchase, event, stage.now));
    }
  }
});
