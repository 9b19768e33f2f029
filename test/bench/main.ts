import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';

import { PROJECT } from '../crashes/project-folder.js';
import { ArgumentError } from '../support/command-options.js';
import { BenchPlace } from './bench-place.js';
import { writeDocs } from './docs-page.js';
import { type Figure, holds } from './figures.js';
import { GOAL_LOAD, HELP, readOptions } from './options.js';
import type { BenchRecord } from './record.js';
import { tableOf } from './report.js';
import { SCENARIOS } from './scenarios.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    print(HELP);
    return 0;
  }
  const chosen = SCENARIOS.filter(({ goals, isLong }) =>
    options.only.length === 0 ? isLong !== true : goals.some((goal) => options.only.includes(goal)),
  );
  const [loadBefore = 0] = loadavg();
  const startedAt = Date.now();
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => reject(new Interrupted()));
  });
  interrupted.catch(() => undefined);
  const figures: Figure[] = [];
  const failed: string[] = [];
  for (const scenario of chosen) {
    print(`${scenario.goals.join(', ')}: ${scenario.title}`);
    const place = await BenchPlace.prepare();
    try {
      const found = await Promise.race([
        scenario.run(place, options, (text) => print(`  ${String(secondsSince(startedAt)).padStart(5)} s  ${text}`)),
        interrupted,
      ]);
      figures.push(...found.filter(({ goal }) => options.only.length === 0 || options.only.includes(goal)));
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      // What was measured before and will be after is worth as much as without it.
      failed.push(scenario.title);
      process.stderr.write(`  ${error instanceof Error ? error.stack : String(error)}\n`);
    } finally {
      await place.close();
    }
  }
  print(`\n${tableOf(figures)}`);
  if (failed.length > 0) print(`\nnot measured: ${failed.join('; ')}`);
  const folder = await write({
    at: new Date(startedAt).toISOString(),
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    loadBefore,
    quick: options.quick,
    isGoalLoad: Object.entries(GOAL_LOAD).every(([name, goal]) => options[name as keyof typeof GOAL_LOAD] === goal),
    rounds: options.rounds,
    seconds: secondsSince(startedAt),
    figures: figures.map((figure) => ({ ...figure, holds: holds(figure) })),
  });
  if (options.writeDocs) await writeDocs(folder);
  if (options.quick) print('A quick run shows that everything works, and judges no goal by its figures.');
  return failed.length === 0 && (options.quick || figures.every(holds)) ? 0 : 1;
}

/** @returns the folder of all runs. */
async function write(record: BenchRecord): Promise<string> {
  const folder = join(PROJECT, 'test-results', 'bench');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${record.at.replaceAll(/[:.]/g, '-')}.json`);
  await writeFile(file, `${JSON.stringify(record, null, 2)}\n`);
  print(`\nwritten to ${file.slice(PROJECT.length + 1)}`);
  return folder;
}

function secondsSince(at: number): number {
  return Math.round((Date.now() - at) / 1_000);
}

class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof Interrupted) return 130;
  const isUsage = error instanceof ArgumentError;
  process.stderr.write(
    `${isUsage ? `${error.message}\n\n${HELP}` : error instanceof Error ? error.stack : String(error)}\n`,
  );
  return isUsage ? 2 : 1;
});
// Everything was stopped above; a handle that a library left open must not keep the process.
process.exit();
