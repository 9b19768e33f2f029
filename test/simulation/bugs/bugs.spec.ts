import { BUGS_FROM } from '../arguments.js';

import { ALL_BUGS, findBug } from './find-bugs.js';

/** `npm run simulate -- --bugs` prints which seed finds which. */
const SEEDS = 1_000;

describe('a mistake that is put in on purpose is found:', () => {
  it.each(ALL_BUGS)('$name', async (bug) => {
    expect(await findBug(bug, BUGS_FROM, SEEDS)).not.toBeNull();
  });

  it('and there are enough of them', () => {
    expect(ALL_BUGS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(ALL_BUGS.map(({ name }) => name)).size).toBe(ALL_BUGS.length);
  });
});
