import { verifyEvidence } from '#purchasing/evidence.js';
import { Database } from '#platform/database.js';

import { newDatabase } from '../support/database.js';
import { CrashPass, type Flow } from './crash-pass.js';
import { CrashSystem } from './crash-system.js';
import { LABELS } from './labels.js';

/** Which payers lead to a point; the others are reached by everybody who buys. */
const REACHED_BY: readonly (readonly [Flow, RegExp])[] = [
  ['no-answer', /CLOSING|publish:close/],
  ['ignore', /CANCELLING|CANCELLED/],
  ['jam', /VendFailed|RELEASING|RELEASED/],
];

function flowOf(label: string): Flow {
  return REACHED_BY.find(([, labels]) => labels.test(label))?.[0] ?? 'buy';
}

/** Every n-th of the points that buyers reach: neighbours in the course of a purchase go to different systems. */
const BUYING_SYSTEMS = 3;

const buying = LABELS.filter((label) => flowOf(label) === 'buy');
const passes: readonly { flow: Flow; points: readonly string[] }[] = [
  ...Array.from({ length: BUYING_SYSTEMS }, (_, part) => ({
    flow: 'buy' as const,
    points: buying.filter((_, i) => i % BUYING_SYSTEMS === part),
  })),
  ...REACHED_BY.map(([flow]) => ({ flow, points: LABELS.filter((label) => flowOf(label) === flow) })),
];

describe('a server that is killed at a labelled point, started again and left alone', () => {
  it.concurrent.each(passes)(
    'leaves SEQR, database and machine in agreement: payers who $flow, $points',
    async ({ flow, points }) => {
      const databaseUrl = await newDatabase();
      const system = await CrashSystem.start({ databaseUrl, machines: 1, arrangement: 'together', broker: 'aedes' });
      try {
        const pass = new CrashPass(system, flow, points);
        const left = await pass.run();
        expect(pass.auditor.disagreements).toEqual([]);
        expect(left).toEqual([]);
        const database = await Database.connect(databaseUrl, 'test');
        expect((await verifyEvidence(database)).faults).toEqual([]);
        await database.close();
      } finally {
        await system.stop();
      }
    },
    240_000,
  );
});
