import { ArgumentError, parseOptions, whole } from '../support/command-options.js';

export const HELP = `Measures what a purchase costs, beside a plain program that does the same durable work as fast as it can.

  npm run bench -- [options]

  --only P1,P4   these goals only; P5 and P8 take long and run only when named
  --quick        two rounds, short cells and small histories: shows that it works, not what it costs
  --rounds N     rounds of each scenario (default 5)
  --minutes N    how long P5 offers its load (default 30)
  --per-second N purchases a second that P5 offers (default 200); with another rate, length or number of machines than the
                 goal's, a run is not put into the page
  --machines N   machines connected in P5, P8 and P9 (default 10000)
  --profile DIR  write a CPU profile of each server under test into DIR
  --write-docs   put the figures and charts into docs/performance.md
  --help         this text

Figures are ratios to a floor that was run in the same session, interleaved; medians of all rounds. They are worth what
the quiet of the computer is worth. Written to test-results/bench. Exit code 0 when all goals that were asked for hold, or
a quick run measured them all.`;

export const GOALS = ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13'] as const;

/** What P5 is about: any other load says nothing of the goal. */
export const GOAL_LOAD = { minutes: 30, perSecond: 200, machines: 10_000 } as const;

export interface Options {
  /** Empty: all but the long ones. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly rounds: number;
  readonly minutes: number;
  readonly perSecond: number;
  readonly machines: number;
  readonly profile?: string;
  readonly writeDocs: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  only: { type: 'string' },
  quick: { type: 'boolean' },
  rounds: { type: 'string' },
  minutes: { type: 'string' },
  'per-second': { type: 'string' },
  machines: { type: 'string' },
  profile: { type: 'string' },
  'write-docs': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws ArgumentError for what is no option, or out of its bounds. */
export function readOptions(argv: readonly string[]): Options {
  const values = parseOptions(argv, OPTIONS);
  const only = (values.only ?? '').split(',').filter((goal) => goal !== '');
  const unknown = only.find((goal) => !GOALS.some((known) => known === goal));
  if (unknown !== undefined) throw new ArgumentError(`--only takes goals from P1 to P13, and not "${unknown}"`);
  const quick = values.quick ?? false;
  return {
    only,
    quick,
    rounds: whole('--rounds', values.rounds, 1, 50) ?? (quick ? 2 : 5),
    minutes: whole('--minutes', values.minutes, 1, 24 * 60) ?? (quick ? 1 : GOAL_LOAD.minutes),
    perSecond: whole('--per-second', values['per-second'], 1, 10_000) ?? GOAL_LOAD.perSecond,
    // Two file descriptors a machine where broker and machines share a limit of 20,000, less what everything else has.
    machines: whole('--machines', values.machines, 1, 100_000) ?? (quick ? 1_000 : GOAL_LOAD.machines),
    ...(values.profile === undefined ? {} : { profile: values.profile }),
    writeDocs: values['write-docs'] ?? false,
    help: values.help ?? false,
  };
}
