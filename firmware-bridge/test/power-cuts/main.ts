import { parseArgs } from 'node:util';

import { powerCuts, type Bug, type Result } from './campaign.js';
import { LIES } from './power-cut-disk.js';

const HELP = `npm run power-cuts [-- --cuts N] [-- --bugs]

Cuts the power of a bridge N times (500 when left out): at every step of every write of its journal, before, torn in
every way, and after; then again while it recovers. Afterwards the server's book is compared with what the machine did.
--bugs breaks journal and disk on purpose, one way after the other, and says whether the comparison finds it.
`;

/** A bug that does not show in so many runs is taken for one that nobody would find. */
const RUNS_MAX = 5_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function main(): number {
  const { values } = parseArgs({
    options: { cuts: { type: 'string', default: '500' }, bugs: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    say(HELP);
    return 0;
  }
  const cuts = /^[1-9]\d{0,6}$/.test(values.cuts) ? Number(values.cuts) : undefined;
  if (cuts === undefined) {
    process.stderr.write(`--cuts ${values.cuts} is not a number from 1 to 9999999\n`);
    return 64;
  }
  return values.bugs === true ? findBugs() : cut(cuts);
}

function cut(cuts: number): number {
  const startedAt = performance.now();
  let made = 0;
  let runs = 0;
  let failures = 0;
  for (const result of powerCuts()) {
    made += result.made;
    runs += 1;
    if (result.found.length > 0) {
      failures += 1;
      say(inWords(result));
    }
    if (made >= cuts) break;
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  say(
    `${made} power cuts in ${runs} runs, ${seconds} s: ${failures === 0 ? 'nothing lost, nothing twice' : `${failures} runs went wrong`}`,
  );
  return failures === 0 ? 0 : 1;
}

function findBugs(): number {
  const bugs: [string, Bug][] = [
    ...LIES.map((lie): [string, Bug] => [lie, { lie }]),
    ['forgets what was left open', { forgets: true }],
  ];
  let missed = 0;
  for (const [name, bug] of bugs) {
    let runs = 0;
    for (const { found } of powerCuts(bug)) {
      runs += 1;
      if (found.length === 0 && runs < RUNS_MAX) continue;
      if (found.length === 0) missed += 1;
      say(
        `${found.length > 0 ? '✓ found ' : '✗ missed'} ${name.padEnd(27)} after ${runs} runs${found[0] === undefined ? '' : `: ${found[0]}`}`,
      );
      break;
    }
  }
  return missed === 0 ? 0 : 1;
}

function inWords({ story, cuts, machineToo, found }: Result): string {
  const where = cuts.map(({ at, moment, tear }) => `${moment} step ${at} (${tear})`).join(', then ');
  return `✗ story ${story}, ${where}${machineToo ? ', the machine too' : ''}: ${found.join('; ')}`;
}

process.exitCode = main();
