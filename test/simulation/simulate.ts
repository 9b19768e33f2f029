import { availableParallelism } from 'node:os';

import { ArgumentError } from '../support/command-options.js';
import { type Arguments, HELP, readArguments } from './arguments.js';
import { findBugs } from './bugs/find-bugs.js';
import { runCampaign } from './campaign.js';
import type { Figures } from './figures.js';
import { reportOf, timeLineOf } from './report.js';
import { runSeed } from './run-seed.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
/** A campaign of hours says now and then how far it is. */
const PROGRESS_EVERY_MS = 10_000;

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2), availableParallelism());
  if (options.help) {
    say(HELP);
    return 0;
  }
  if (options.bugs) return (await findBugs(options.from, options.seeds, say)) ? 0 : 1;
  return options.only === null ? many(options) : one(options.only, options);
}

async function many({ from, seeds, threads, hash }: Arguments): Promise<number> {
  const startedAt = performance.now();
  let toldAt = startedAt;
  const progress = (so: Figures): void => {
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = performance.now();
    process.stderr.write(`  ${so.seeds} seeds, ${so.violated} violations\n`);
  };
  const figures = await runCampaign({ from, seeds, threads, progress });
  say(reportOf(figures, (performance.now() - startedAt) / 1_000));
  if (hash) say(`hash         ${(figures.hash >>> 0).toString(16).padStart(8, '0')}`);
  const [first] = figures.failures;
  if (first === undefined) return 0;
  say(`\nseed ${first.seed}, ${first.invariant}: ${first.text}\n`);
  say(timeLineOf(await runSeed(first.seed, { keepsLines: true }), first.purchaseId));
  say(`\nall of it: npm run simulate -- --seed ${first.seed}`);
  return 1;
}

async function one(seed: number, { about, hash }: Arguments): Promise<number> {
  const outcome = await runSeed(seed, { keepsLines: true });
  say(timeLineOf(outcome, about));
  for (const { invariant, purchaseId, text } of outcome.violations) say(`✗ ${invariant}  ${purchaseId ?? ''}  ${text}`);
  if (hash) say(`hash ${outcome.hash}`);
  return outcome.violations.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}\n`);
  process.exitCode = 2;
}
