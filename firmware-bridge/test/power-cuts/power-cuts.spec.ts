import { powerCuts, type Bug } from './campaign.js';
import { LIES } from './power-cut-disk.js';
import { VISITS } from './visits.js';

it('loses nothing and vends nothing twice, wherever the power is cut in any visit', () => {
  let cuts = 0;
  for (const { made, story, ...run } of powerCuts()) {
    if (story >= VISITS.length && cuts >= 500) break;
    expect(run).toEqual({ ...run, found: [] });
    cuts += made;
  }
  expect(cuts).toBeGreaterThanOrEqual(500);
});

const BUGS: [string, Bug][] = [
  ...LIES.map((lie): [string, Bug] => [`a disk or journal that ${lie}`, { lie }]),
  ['a bridge that does not tell what was left open', { forgets: true }],
];

it.each(BUGS)('finds %s', (_, bug) => {
  let runs = 0;
  for (const { found } of powerCuts(bug)) {
    runs += 1;
    if (found.length > 0) return;
    expect(runs).toBeLessThan(1_000);
  }
});
