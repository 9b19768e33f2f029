import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { NotTriedError, type Subject, tryMachine } from './conformance.js';
import { type Demo, startDemo } from './demo.js';
import { type Hands, NO_HANDS, withPower } from './hands/hands.js';
import { Person } from './hands/person.js';
import { SimulatedFront } from './hands/simulated.js';
import { Line } from './kit/line.js';
import { hasPassed } from './kit/run.js';
import type { Good } from './kit/stand.js';
import { HELP, type Options, OptionsError, readCommand } from './options.js';
import { lineOf, verdictOf } from './report/report.js';
import { writeReport } from './report/write.js';
import { TRIALS } from './trials/trials.js';

/** A machine is started by hand, perhaps only now. */
const COMES_WITHIN_MS = 120_000;
/** R26: at most a minute between two repeats. */
const REPEAT_WITHIN_MS = 65_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<number> {
  const command = readCommand(process.argv.slice(2), process.env);
  if (command.kind === 'help') return (say(HELP), 0);
  if (command.kind === 'list') {
    for (const { title, checks } of TRIALS) {
      for (const { rule, expects } of checks) say(`${rule.padEnd(4)} ${title}: ${expects}`);
    }
    return 0;
  }
  const { options } = command;
  const closers: (() => Promise<void> | void)[] = [];
  try {
    const subject = await subjectOf(options, closers);
    const trials = TRIALS.filter(({ group }) => options.only.includes(group));
    say(`Machine ${subject.machineId}, which must be out of service for the server meanwhile.`);
    const run = await tryMachine(subject, trials, (record) => say(lineOf(record)));
    const folder = options.out ?? join('conformance', `${run.machineId}-${stamp(run.startedAt)}`);
    const file = await writeReport(run, folder);
    say(`\n${verdictOf(run)}\nReport: ${file}`);
    return hasPassed(run) ? 0 : 1;
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

async function subjectOf(options: Options, closers: (() => Promise<void> | void)[]): Promise<Subject> {
  const { mqttUrl, mqttUsername, mqttPassword, mqttCa, patienceMs, machine } = options;
  const line = mqttUrl === undefined ? await Line.start(options.listen) : undefined;
  if (line !== undefined) {
    closers.push(() => line.stop());
    say(`The kit’s broker listens at ${line.url}.`);
  }
  const url = mqttUrl ?? line?.url ?? '';
  const demo = machine === undefined ? await startDemo(url) : undefined;
  if (demo !== undefined) closers.push(() => demo.stop());
  const front = demo?.front ?? (options.machineUrl === undefined ? undefined : new SimulatedFront(options.machineUrl));
  const { currency, exponent, goods } = await wares(options, front);
  const waits = { patienceMs, repeatWithinMs: REPEAT_WITHIN_MS, comesWithinMs: COMES_WITHIN_MS };
  const broker = {
    url: line?.gatewayUrl ?? url,
    username: mqttUsername,
    password: mqttPassword,
    ca: mqttCa,
  };
  const named = demo === undefined ? machine : { id: demo.machineId, key: demo.key };
  const { id: machineId, key } = named ?? { id: '', key: '' };
  const hands = handsFor(options, demo, front, closers);
  return { machineId, key, broker, line, hands, currency, exponent, goods, ...waits };
}

/** What the machine sells: as it was said, else as a simulated machine says itself. */
async function wares(options: Options, front: SimulatedFront | undefined) {
  const stock = options.sells === undefined ? await front?.stock() : undefined;
  const [first, second, third] = options.sells ?? stock?.goods ?? [];
  if (first === undefined || second === undefined || third === undefined) {
    throw new NotTriedError('the machine must have three different products to sell');
  }
  const goods: readonly [Good, Good, Good] = [first, second, third];
  return {
    goods,
    currency: options.currency ?? stock?.currency ?? 'EUR',
    exponent: options.decimals ?? stock?.exponent ?? 2,
  };
}

function handsFor(
  { person, restartCommand, powerCutCommand }: Options,
  demo: Demo | undefined,
  front: SimulatedFront | undefined,
  closers: (() => void)[],
): Hands {
  if (demo !== undefined) return demo.hands;
  const asked = person ? new Person(process.stdin, process.stdout) : undefined;
  if (asked !== undefined) closers.push(() => asked.close());
  const hands = front === undefined ? (asked ?? NO_HANDS) : front;
  return withPower(hands, {
    ...(asked !== undefined && { restart: () => asked.restart(), cutPower: () => asked.cutPower() }),
    ...(restartCommand !== undefined && { restart: () => shell(restartCommand) }),
    ...(powerCutCommand !== undefined && { cutPower: () => shell(powerCutCommand) }),
  });
}

/** The command is the caller’s own, as in a terminal. */
function shell(command: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the command ended with ${code ?? 'a signal'}`));
    });
  });
}

/** Local time, so that a person finds the run; "2026-11-21-144105". */
function stamp(date: Date): string {
  const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' }).format(date);
  return local.replaceAll(':', '').replaceAll(' ', '-');
}

process.exitCode = await main().catch((error: unknown) => {
  const isOurs = error instanceof OptionsError || error instanceof NotTriedError;
  process.stderr.write(`${isOurs ? error.message : String(error)}\n`);
  return error instanceof OptionsError ? 2 : 1;
});
