import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { PROJECT } from '../../crashes/project-folder.js';
import { median, numberText } from '../figures.js';
import type { Scenario } from '../scenario.js';

/** Seeds differ much in length: fewer would measure which ones were drawn. */
const SEEDS = 1_000;
const SEEDS_QUICK = 100;

/** The simulation on the real code, on one thread. */
export const simulation: Scenario = {
  goals: ['P13'],
  title: 'seeds of the simulation a second and core',
  async run(_place, settings, progress) {
    const seeds = settings.quick ? SEEDS_QUICK : SEEDS;
    const rounds: number[] = [];
    for (let round = 1; round <= settings.rounds; round += 1) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [join(PROJECT, 'dist', 'test', 'simulation', 'simulate.js'), '--seeds', String(seeds), '--threads', '1'],
        { cwd: PROJECT },
      );
      const speed = Number(/^speed\s+(\d+)/m.exec(stdout)?.[1]);
      rounds.push(speed);
      progress(`round ${round}  ${numberText(speed)} seeds/s`);
    }
    return [
      {
        goal: 'P13',
        what: 'simulation on the real code, one thread',
        bound: 'at least',
        limit: 100,
        stretch: 200,
        isRatio: false,
        unit: 'seeds/s',
        value: median(rounds),
        rounds,
        measured: `${seeds} seeds a round`,
      },
    ];
  },
};
