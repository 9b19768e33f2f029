import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ALL_TRANSITIONS } from './invariants/transitions.js';
import { runCampaign } from './campaign.js';
import { Figures } from './figures.js';
import pastFailures from './past-failures.json' with { type: 'json' };
import { runSeed } from './run-seed.js';
import { ALL_LIES } from './world/lies.js';
import { ALL_FAULTS } from './world/weather.js';

/** The first seeds of every campaign; `npm run simulate` goes on where this ends. About a minute. */
const SEEDS = 5_000;
/** The other processor belongs to the tests beside this one, which have real clocks. */
const THREADS = 1;
/** `npm test` builds it. Threads cannot run the sources, and the built program is twice as fast as under Jest. */
const worker = pathToFileURL(join(__dirname, '..', '..', 'dist', 'test', 'simulation', 'simulate-worker.js'));

describe('the simulation', () => {
  let figures = new Figures();

  beforeAll(async () => {
    figures = await runCampaign({ from: 1, seeds: SEEDS, threads: THREADS, worker });
  }, 900_000);

  it(`finds no invariant violated in ${SEEDS} seeds, whatever fails`, () => {
    expect(figures.failures).toEqual([]);
    expect(figures.violated).toBe(0);
    expect(figures.seeds).toBe(SEEDS);
    expect(figures.purchases).toBeGreaterThan(SEEDS * 10);
  });

  it('comes through every transition there is', () => {
    expect([...figures.transitions].toSorted()).toEqual(ALL_TRANSITIONS.toSorted());
  });

  it('has every kind of fault and every kind of lie in it', () => {
    expect(ALL_FAULTS.filter((fault) => !figures.faults.has(fault))).toEqual([]);
    expect(ALL_LIES.filter((lie) => !figures.lies.has(lie))).toEqual([]);
  });

  it('opens no review case where nothing failed', () => {
    expect(figures.calmSeeds).toBeGreaterThan(SEEDS / 50);
    expect([...figures.calmCases]).toEqual([]);
  });

  it('does the same again for the same seed, in another process and with its words kept', async () => {
    const seeds = 20;
    const here = new Figures();
    for (let seed = 1; seed <= seeds; seed += 1) here.add(await runSeed(seed, { keepsLines: true }));
    const there = await runCampaign({ from: 1, seeds, threads: THREADS, worker });

    expect(there.hash).toBe(here.hash);
    expect(there.events).toBe(here.events);
  });

  it('does something else for another seed', async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 10; seed += 1) hashes.add((await runSeed(seed)).hash);

    expect(hashes.size).toBe(10);
  });

  it.each(pastFailures)('seed $seed does not fail again: $what', async ({ seed }) => {
    expect((await runSeed(seed)).violations).toEqual([]);
  });
});
