import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { State } from '../reserve-first/purchase.js';
import { TRANSITIONS } from '../reserve-first/transitions-allowed.js';
import { lifecyclePage } from './lifecycle-page.js';

describe('the page about the lifecycle', () => {
  it('says what the code does; if not, npm run docs:lifecycle writes it anew', () => {
    const committed = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'lifecycle.md'), 'utf8');

    expect(committed).toBe(lifecyclePage());
  });

  it('names an event for every arrow of its picture', () => {
    const arrows = [...lifecyclePage().matchAll(/^ {2}(\w+) --> (\w+) : \w+/gm)].map(
      ([, from, to]) => `${from} → ${to}`,
    );
    const allowed = (Object.keys(TRANSITIONS) as State[]).flatMap((from) =>
      TRANSITIONS[from].map((to) => `${from} → ${to}`),
    );

    expect(arrows).toEqual(allowed);
  });
});
