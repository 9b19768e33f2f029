import { verifyEvidence } from '#purchasing/evidence.js';
import { Database } from '#platform/database.js';

import { CrashPass, type Flow } from './crash-pass.js';
import { CrashSystem } from './crash-system.js';
import { LABELS } from './labels.js';
import { Random } from './random.js';

/** Which payers lead to a point; the others are reached by everybody who buys. */
const REACHED_BY: readonly (readonly [Flow, RegExp])[] = [
  ['no-answer', /CLOSING|publish:close/],
  ['ignore', /CANCELLING|CANCELLED/],
  ['jam', /VendFailed|RELEASING|RELEASED/],
];
/** Most points are the buyers'; their systems share them, and run beside the ones that mostly wait. */
const BUYING_SYSTEMS = 2;

export interface PointsResult {
  /** Points in the order in which servers died at them. */
  readonly crashed: readonly string[];
  readonly missed: readonly string[];
  readonly purchases: number;
  readonly disagreements: readonly string[];
}

/**
 * Lets a real server die once at every labelled point, starts it again and leaves it alone, while payers go on buying at
 * its one machine; then audits every purchase.
 *
 * @param newDatabase makes a migrated and seeded database of its own for each system.
 */
export async function runPoints(
  seed: number,
  newDatabase: () => Promise<string>,
  onCrash: (point: string) => void,
): Promise<PointsResult> {
  const buying = LABELS.filter((label) => flowOf(label) === 'buy');
  const parts: { flow: Flow; points: string[] }[] = [
    ...REACHED_BY.map(([flow]) => ({ flow, points: LABELS.filter((label) => flowOf(label) === flow) })),
    // Every n-th: neighbours in the course of a purchase go to different systems.
    ...Array.from({ length: BUYING_SYSTEMS }, (_, part) => ({
      flow: 'buy' as const,
      points: buying.filter((_label, i) => i % BUYING_SYSTEMS === part),
    })),
  ];
  const databases: string[] = [];
  for (const _ of parts) databases.push(await newDatabase());
  const results = await Promise.all(
    parts.map(({ flow, points }, i) => onePass(flow, points, databases[i] ?? '', seed + i, onCrash)),
  );
  return {
    crashed: results.flatMap(({ crashed }) => crashed),
    missed: results.flatMap(({ missed }) => missed),
    purchases: results.reduce((sum, { purchases }) => sum + purchases, 0),
    disagreements: results.flatMap(({ disagreements }) => disagreements),
  };
}

function flowOf(label: string): Flow {
  return REACHED_BY.find(([, labels]) => labels.test(label))?.[0] ?? 'buy';
}

async function onePass(
  flow: Flow,
  points: readonly string[],
  databaseUrl: string,
  seed: number,
  onCrash: (point: string) => void,
): Promise<PointsResult> {
  const system = await CrashSystem.start({
    databaseUrl,
    machines: 1,
    arrangement: 'together',
    broker: 'aedes',
    random: new Random(seed).next,
  });
  try {
    const pass = new CrashPass(system, flow, points, onCrash);
    const missed = await pass.run();
    const database = await Database.connect(databaseUrl, 'vendrail-crashes');
    const { faults } = await verifyEvidence(database);
    await database.close();
    const { auditor, crashed } = pass;
    return { crashed, missed, purchases: auditor.purchases, disagreements: [...auditor.disagreements, ...faults] };
  } finally {
    await system.stop();
  }
}
