import { randomUUID } from 'node:crypto';

import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';
import { OfferCatalogue } from '#purchasing/offer-catalogue.js';
import { PostgresPurchaseStore } from '#purchasing/purchase-store.js';
import { CLAIM_MAX, TAKEN_OVER_MAX } from '#purchasing/runner.js';

import type { BenchPlace } from '../bench-place.js';
import { type Figure, median, numberText } from '../figures.js';
import { FloorClaims, makeDue as makeFloorDue, prepareClaims } from '../floors/claim.js';
import { addClosed, addOpen, finish, makeDue } from '../history.js';
import type { Scenario, Settings } from '../scenario.js';

const CLAIMS_A_ROUND = 20;
const POLLS_A_ROUND = 500;
/** Claims that are not done yet when a server makes its next one: it claims no more than it may take over. */
const CLAIMS_HELD = TAKEN_OVER_MAX / CLAIM_MAX - 1;
/** What fell due while nobody was there: a restart of seconds, at more purchases a second than P5 offers. */
const DUE_AT_RESTART = 2_000;

/** What a server finds to do: looking for it, and beginning it after a restart. */
export const dueWork: Scenario = {
  goals: ['P10', 'P11'],
  title: 'due work among open and closed purchases',
  async run(place, settings, progress) {
    const [open, closed] = settings.quick ? [5_000, 20_000] : [100_000, 1_000_000];
    progress(`making ${numberText(open)} open and ${numberText(closed)} closed purchases`);
    const database = await place.newDatabase();
    await addClosed(database, closed);
    await addOpen(database, open);
    const floorDatabase = await place.newDatabase();
    await prepareClaims(floorDatabase.url, open, closed);
    const figures = await claims(database, floorDatabase.url, open, settings, progress);
    return [...figures, await restart(place, database, Math.min(DUE_AT_RESTART, open / 2), settings, progress)];
  },
};

async function claims(
  database: Awaited<ReturnType<BenchPlace['newDatabase']>>,
  floorUrl: string,
  open: number,
  settings: Settings,
  progress: (text: string) => void,
): Promise<Figure[]> {
  const serverId = randomUUID();
  await database.query(
    `INSERT INTO server_instances (id, role, heartbeat_at) VALUES ($1, 'bench', now() + interval '1 day')`,
    [serverId],
  );
  const connection = await Database.connect(database.url, 'vendrail-bench');
  const store = new PostgresPurchaseStore(connection, new OfferCatalogue(connection), systemIds, Date, serverId);
  const floor = await FloorClaims.connect(floorUrl);
  const claimers: Record<keyof Rounds, Claimer> = {
    floor: { held: [], claim: () => floor.claim(CLAIM_MAX), finishAll: (ids) => floor.finish(ids) },
    product: {
      held: [],
      claim: async () => (await store.claimDue(CLAIM_MAX, [])).map(({ purchaseId }) => purchaseId),
      finishAll: (ids) => finish(database, ids),
    },
  };
  const polls = await rounds(settings, POLLS_A_ROUND, (name) => timed(claimers[name], 0));
  progress(`nothing due: ${numberText(median(polls.product))} ms against ${numberText(median(polls.floor))} ms`);
  const due = Math.min(open / 2, (settings.rounds + 1) * CLAIMS_A_ROUND * CLAIM_MAX);
  await makeDue(database, due);
  await makeFloorDue(floorUrl, due);
  const taken = await rounds(
    settings,
    Math.min(CLAIMS_A_ROUND, Math.floor(due / CLAIM_MAX / settings.rounds)),
    (name) => timed(claimers[name], CLAIM_MAX),
  );
  progress(
    `${CLAIM_MAX} claimed: ${numberText(median(taken.product))} ms against ${numberText(median(taken.floor))} ms`,
  );
  await connection.close();
  await floor.close();
  const figure = (what: string, { floor: floors, product }: Rounds): Figure => {
    const ratios = product.map((value, i) => value / (floors[i] ?? Number.NaN));
    return {
      goal: 'P10',
      what,
      measured: `${numberText(median(product))} ms against ${numberText(median(floors))} ms`,
      value: median(ratios),
      rounds: ratios,
      bound: 'at most',
      limit: 2,
      stretch: 1.5,
      isRatio: true,
      unit: '× floor',
    };
  };
  return [figure('looking for due work when there is none', polls), figure(`claiming ${CLAIM_MAX} due acts`, taken)];
}

interface Rounds {
  readonly floor: number[];
  readonly product: number[];
}

/** Medians of each round. They take turns at each claim: such short ones depend on what the processors did just before. */
async function rounds(
  settings: Settings,
  times: number,
  one: (name: keyof Rounds) => Promise<number>,
): Promise<Rounds> {
  const found: Rounds = { floor: [], product: [] };
  for (let round = 0; round < settings.rounds; round += 1) {
    const values: Rounds = { floor: [], product: [] };
    for (let i = 0; i < times; i += 1) {
      values.floor.push(await one('floor'));
      values.product.push(await one('product'));
    }
    found.floor.push(median(values.floor));
    found.product.push(median(values.product));
  }
  return found;
}

interface Claimer {
  readonly claim: () => Promise<string[]>;
  readonly finishAll: (claimed: readonly string[]) => Promise<void>;
  /** Claimed and not done yet, in the order of the claims. */
  readonly held: string[][];
}

/** The time of the claim. What a server would have done by then is done after it, or thousands would be held. */
async function timed({ claim, finishAll, held }: Claimer, expected: number): Promise<number> {
  const startedAt = performance.now();
  const claimed = await claim();
  const ms = performance.now() - startedAt;
  if (claimed.length !== expected) throw new Error(`${claimed.length} acts were claimed, not ${expected}`);
  if (expected > 0) held.push(claimed);
  const oldest = held.length > CLAIMS_HELD ? held.shift() : undefined;
  if (oldest !== undefined) await finishAll(oldest);
  return ms;
}

/** From the start of the process to the last due act's being taken. */
async function restart(
  place: BenchPlace,
  database: Awaited<ReturnType<BenchPlace['newDatabase']>>,
  due: number,
  settings: Settings,
  progress: (text: string) => void,
): Promise<Figure> {
  const neighbours = await place.start({ name: 'the neighbours', file: 'neighbours/main', environment: {} });
  const broker = await place.startBroker();
  const environment = {
    DATABASE_URL: database.url,
    SEQR_SOAP_URL: await neighbours.ask<string>({ ask: 'soapUrl' }),
    MQTT_URL: await broker.ask<string>({ ask: 'url' }),
  };
  const found: number[] = [];
  for (let round = 1; round <= settings.rounds; round += 1) {
    await database.query('DELETE FROM server_instances');
    await database.query(
      `UPDATE effects SET due_at = now() + interval '1 hour', leased_by = NULL, leased_until = NULL`,
    );
    await makeDue(database, due);
    await place.settle();
    const asked = async () => (await neighbours.ask<Record<string, number>>({ ask: 'calls' }))['getPaymentStatus'] ?? 0;
    const before = await asked();
    const startedAt = performance.now();
    const starting = place.startProduct(environment);
    while ((await asked()) < before + due) await new Promise((resolve) => setTimeout(resolve, 10));
    const seconds = (performance.now() - startedAt) / 1_000;
    const { program } = await starting;
    await program.stop('SIGKILL');
    found.push(seconds);
    progress(`round ${round}  ${numberText(due)} due acts taken ${numberText(seconds)} s after the start`);
  }
  await broker.stop();
  await neighbours.stop();
  return {
    goal: 'P11',
    what: 'start of the process to the last due act taken',
    measured: `${numberText(due)} due among all open ones`,
    value: median(found),
    rounds: found,
    bound: 'at most',
    limit: 5,
    stretch: 4,
    isRatio: false,
    unit: 's',
  };
}
