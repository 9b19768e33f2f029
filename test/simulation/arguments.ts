import { parseOptions, whole } from '../support/command-options.js';

export const HELP = `Simulates purchases under every fault: the real lifecycle, runner, performer and bridge over a
simulated clock, SEQR, broker, database, machines and payers. One seed decides everything.

  npm run simulate -- [options]

  --seeds N    how many seeds (default 1000)
  --from S     the first of them (default 1; with --bugs 101: it finds the rare ones too)
  --seed N     this one alone, with its time line
  --about P    with --seed: only what concerns this purchase ("p7"), machine ("m1") or server ("server-2")
  --threads N  worker threads (default: one for each processor)
  --hash       print one hash over all seeds; equal code and equal seeds give equal hashes
  --bugs       see that each of the known mistakes is found, and by which seed
  --help       this text

Exit code 0 when no invariant was violated (with --bugs: when every mistake was found).`;

export interface Arguments {
  readonly seeds: number;
  readonly from: number;
  readonly only: number | null;
  readonly about: string | null;
  readonly threads: number;
  readonly hash: boolean;
  readonly bugs: boolean;
  readonly help: boolean;
}

/** Beyond this a campaign is split by hand: a million seeds take hours. */
const SEEDS_MAX = 10_000_000;
const THREADS_MAX = 64;
/** Any thousand would do; in the one from here each known mistake shows, the rarest two late. */
export const BUGS_FROM = 101;

const OPTIONS = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  seed: { type: 'string' },
  about: { type: 'string' },
  threads: { type: 'string' },
  hash: { type: 'boolean' },
  bugs: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** @throws ArgumentError for what is no option, or no number where one belongs. */
export function readArguments(argv: readonly string[], processors: number): Arguments {
  const values = parseOptions(argv, OPTIONS);
  return {
    seeds: whole('--seeds', values.seeds, 1, SEEDS_MAX) ?? 1_000,
    from: whole('--from', values.from, 0, Number.MAX_SAFE_INTEGER - SEEDS_MAX) ?? (values.bugs ? BUGS_FROM : 1),
    only: whole('--seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    about: values.about ?? null,
    threads: whole('--threads', values.threads, 1, THREADS_MAX) ?? Math.min(processors, THREADS_MAX),
    hash: values.hash ?? false,
    bugs: values.bugs ?? false,
    help: values.help ?? false,
  };
}
