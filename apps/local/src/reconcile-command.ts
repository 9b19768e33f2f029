import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

import { DatabaseClock } from '#platform/clock.js';
import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { createLogger } from '#platform/logging.js';
import { HEARTBEAT_EVERY_MS, ServerInstance } from '#platform/server-instance.js';
import { seqrOptionsOf } from '#purchasing/seqr-options.js';
import { addDays, isBusinessDay } from '#reconciliation/business-day.js';
import { Reconciler } from '#reconciliation/reconciler.js';
import { ReconciliationViews, type RunView } from '#reconciliation/reconciliation-views.js';
import { SHOP } from '#reconciliation/run.js';
import { SeqrReports } from '#reconciliation/seqr-reports.js';
import { SeqrClient } from '#seqr/client.js';

const HELP = `npm run reconcile [-- --day YYYY-MM-DD] [-- --csv FILE] [-- --list]

Compares our ledger with SEQR's reports, now: of the shop and of each machine with a terminal of its own. Servers do it by
themselves each night; a day that was reconciled is shown, not done again. It ends SEQR's open period.

  --day YYYY-MM-DD  the business day to reconcile; without it the last one that is over. The running day may be named:
                    what is sold after that is reconciled with the next day.
  --csv FILE        also writes what was compared, of the shop, to this file
  --list            shows the newest reconciliations and does nothing else
  --help            this page

It takes DATABASE_URL, SEQR_… and RECONCILE_… from the environment and the file .env; .env.example explains each. Without
DATABASE_URL it works on what npm start embeds, which has to be running.
Exit code 0 when all is reconciled and no difference is open, 1 otherwise. docs/reconciliation.md says what to do.
`;

/** SEQR makes a report within seconds; what takes longer is left to the servers. */
const WAIT_MAX_MS = 10 * 60_000;
const LOOK_EVERY_MS = 500;
const LIST_MAX = 30;

type Environment = Readonly<Record<string, string | undefined>>;

/** What was asked for cannot be done; the message says why. */
class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** @returns the exit code. @param print takes one line */
export async function reconcileCommand(
  args: readonly string[],
  environment: Environment,
  print: (line: string) => void,
): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        day: { type: 'string' },
        csv: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) {
      print(HELP);
      return 0;
    }
    if (values.day !== undefined && !isBusinessDay(values.day)) {
      throw new CommandError(`--day ${values.day} is no date: write it like 2026-11-21`);
    }
    const database = await Database.connect(given(environment, 'DATABASE_URL'), 'vendrail-reconcile');
    try {
      const views = new ReconciliationViews(database);
      if (values.list === true) return await list(views, print);
      return await reconcile(database, views, environment, values, print);
    } finally {
      await database.close();
    }
  } catch (error) {
    print(error instanceof Error ? error.message.trim() : String(error));
    return 1;
  }
}

async function list(views: ReconciliationViews, print: (line: string) => void): Promise<number> {
  const runs = await views.list(LIST_MAX);
  if (runs.length === 0) print('Nothing was reconciled yet.');
  for (const run of runs) print(lineOf(run));
  return 0;
}

async function reconcile(
  database: Database,
  views: ReconciliationViews,
  environment: Environment,
  { day: wanted, csv }: { day?: string | undefined; csv?: string | undefined },
  print: (line: string) => void,
): Promise<number> {
  const seqr = await clientOf(environment);
  const clock = new DatabaseClock();
  const log = createLogger('warn', 'reconcile', 2);
  const instance = await ServerInstance.register(systemIds.uuid(), 'reconcile', database, clock, log);
  const heartbeat = setInterval(() => void instance.beat(), HEARTBEAT_EVERY_MS);
  try {
    const reconciler = new Reconciler({
      database,
      reports: new SeqrReports(seqr),
      ids: systemIds,
      clock,
      serverId: instance.id,
      mayAct: () => instance.isAlive,
      at: environment['RECONCILE_AT'] || '03:00',
      timeZone: environment['RECONCILE_TIME_ZONE'] || 'UTC',
      onFault: ({ scope }, error) => print(`  ${scope}: ${String(error)}`),
    });
    const day = wanted ?? reconciler.lastWholeDay();
    if (day > addDays(reconciler.lastWholeDay(), 1)) throw new CommandError(`the day ${day} has not begun yet`);
    const opened = await reconciler.open(day);
    print(opened === 0 ? `${day}: reconciled before, or on its way.` : `${day}: ${opened} to reconcile.`);
    const runs = await untilOver(reconciler, views, day, clock, print);
    const shop = runs.find(({ scope }) => scope === SHOP);
    if (csv !== undefined && shop !== undefined) {
      await pipeline(Readable.from(views.csv(shop.id)), createWriteStream(csv));
      print(`Written: ${csv}`);
    }
    return await verdict(runs, views, print);
  } finally {
    clearInterval(heartbeat);
    await instance.leave();
    await seqr.close();
  }
}

/** Goes on with the runs of a day, as servers may at the same time, and tells each that ends. */
async function untilOver(
  reconciler: Reconciler,
  views: ReconciliationViews,
  day: string,
  clock: DatabaseClock,
  print: (line: string) => void,
): Promise<RunView[]> {
  const told = new Set<string>();
  for (const until = clock.now() + WAIT_MAX_MS; ;) {
    await reconciler.work();
    const runs = await views.ofDay(day);
    for (const run of runs) {
      if (run.endedAt === null || told.has(run.id)) continue;
      told.add(run.id);
      print(`  ${lineOf(run)}`);
    }
    if (told.size === runs.length || clock.now() > until) return runs;
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
  }
}

async function verdict(runs: readonly RunView[], views: ReconciliationViews, print: (line: string) => void) {
  const unfinished = runs.filter(({ state }) => state !== 'done');
  for (const run of unfinished) {
    print(`✗ ${lineOf(run)}`);
    if (run.lastError !== null) print(`  ${run.lastError}`);
  }
  let open = 0;
  for (const run of runs) {
    if (run.differencesOpen === 0) continue;
    open += run.differencesOpen;
    const told = new Set<string>();
    for (const difference of (await views.one(run.id))?.differences ?? []) {
      // Many differences may share a case, which is told once.
      if (difference.closedAt !== null || told.has(difference.reviewCaseId)) continue;
      told.add(difference.reviewCaseId);
      print(`✗ ${difference.known}\n  ${difference.suggestedAction}`);
    }
  }
  if (open > 0) print(`${open} difference${open === 1 ? ' is' : 's are'} open: each is a review case.`);
  if (unfinished.length > 0)
    print(`${unfinished.length} could not be reconciled yet; the servers go on with what is open.`);
  if (runs.length === 0) print('Nothing is reconciled for this day.');
  if (open > 0 || unfinished.length > 0 || runs.length === 0) return 1;
  print('All agrees with SEQR.');
  return 0;
}

/** "2026-11-21 shop: done, 120 sales, 120 matched, 0 differences". */
function lineOf(run: RunView): string {
  const days = run.firstDay === run.day ? run.day : `${run.firstDay} to ${run.day}`;
  const figures =
    run.salesAtSeqr === null
      ? ''
      : `, ${run.salesAtSeqr} sales of ${run.totalAtSeqr} at SEQR, ${run.purchasesMatched} matched, ` +
        `${run.differencesFound} differences, ${run.carriedOver} carried over`;
  return `${days} ${run.scope === SHOP ? SHOP : `${run.machineId} (terminal ${run.scope})`}: ${run.state}${figures}`;
}

function clientOf(environment: Environment): Promise<SeqrClient> {
  const names = ['SEQR_SOAP_URL', 'SEQR_RESELLER_ID', 'SEQR_RESELLER_PASSWORD'] as const;
  const missing = names.filter((name) => (environment[name] ?? '') === '');
  if (missing.length > 0) throw new CommandError(`not set: ${missing.join(', ')} (.env.example explains them)`);
  const settings = {
    SEQR_SOAP_URL: given(environment, 'SEQR_SOAP_URL'),
    SEQR_ALLOW_PLAIN_HTTP: environment['SEQR_ALLOW_PLAIN_HTTP'] === 'true' ? 'true' : 'false',
    SEQR_RESELLER_ID: given(environment, 'SEQR_RESELLER_ID'),
    SEQR_RESELLER_USER_ID: environment['SEQR_RESELLER_USER_ID'] || '9900',
    SEQR_RESELLER_PASSWORD: given(environment, 'SEQR_RESELLER_PASSWORD'),
  } as const;
  return SeqrClient.create(seqrOptionsOf(settings));
}

function given(environment: Environment, name: string): string {
  const value = environment[name] ?? '';
  if (value === '') throw new CommandError(`${name} is not set: .env.example explains it`);
  return value;
}
