import fc from 'fast-check';

import { Database } from '#platform/database.js';
import { verifyEvidence } from '#purchasing/evidence.js';

import { atTheMachine } from './edge/commands/at-the-machine.js';
import { seqrFails, timeAndServers } from './edge/commands/around.js';
import { type Command, ran } from './edge/commands/command.js';
import { paying } from './edge/commands/paying.js';
import { answered, scanning } from './edge/commands/scanning.js';
import { visiting } from './edge/commands/visiting.js';
import { broken, endings } from './edge/laws.js';
import { newModel } from './edge/model.js';
import { World } from './edge/world.js';

/**
 * A minute on one core. `MODEL_RUNS` makes it more, `MODEL_SEED` other runs. A failure names its seed, path and
 * replayPath: `MODEL_SEED` (of the first weather), `MODEL_PATH` and `MODEL_REPLAY` with jest's `-t` do it again.
 */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 20);
const SEED = Number(process.env['MODEL_SEED'] ?? 20_261_121);
const PATH = process.env['MODEL_PATH'];
const REPLAY = process.env['MODEL_REPLAY'];
/** About half of them are possible when their turn comes. */
const COMMANDS_MAX = 60;
/** A failure is made smaller for so long; then what it is by then is shown. */
const SHRINK_WITHIN_MS = 180_000;

/** In half of the runs SEQR never fails: there everything is foretold exactly. */
const weathers: readonly (readonly fc.Arbitrary<Command>[])[] = [
  [...visiting, ...scanning, ...paying, ...atTheMachine, ...timeAndServers],
  [...visiting, ...scanning, ...paying, ...atTheMachine, ...timeAndServers, ...seqrFails],
];

describe('the HTTP edge, SEQR and a machine', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
  });

  afterAll(() => world.close());

  it.each([
    ['that never fails', 0],
    ['that fails now and then', 1],
  ])(
    'do what the model says, whatever comes in which order, with a SEQR %s',
    async (_, weather) => {
      const commands = fc.commands([...(weathers[weather] ?? [])], {
        maxCommands: COMMANDS_MAX,
        size: 'max',
        ...(REPLAY === undefined ? {} : { replayPath: REPLAY }),
      });
      await fc.assert(
        fc.asyncProperty(commands, async (cmds) => {
          await world.begin();
          const model = newModel();
          await fc.asyncModelRun(() => ({ model, real: world }), cmds);
          await heal();
          expect(await world.untilQuiet()).toBe(true);
          expect(await broken(model, world)).toEqual([]);
          expect(world.sandbox.journal.violations).toEqual([]);
        }),
        {
          seed: SEED + weather,
          numRuns: RUNS,
          ...(PATH === undefined ? {} : { path: PATH }),
          interruptAfterTimeLimit: RUNS * 3_000 + SHRINK_WITHIN_MS,
        },
      );
    },
    RUNS * 5_000 + 2 * SHRINK_WITHIN_MS,
  );

  /** Everything works again. */
  async function heal(): Promise<void> {
    world.sandbox.faults.clear();
    if (!world.machine.isConnected) await world.machineConnects(() => world.machine.powerReturns());
  }

  it('were led through every command, every answer and every end', () => {
    expect(ran.size).toBeGreaterThan(30);
    expect([...ran].filter(([, times]) => times === 0)).toEqual([]);
    expect([...answered.keys()].toSorted()).toEqual([
      'DEVICE_IN_USE',
      'DEVICE_UNAVAILABLE',
      'INSUFFICIENT_FUNDS',
      'INVOICING_ERROR',
      'SYSTEM_ERROR',
      'an invoice',
      'the same',
    ]);
    expect([...endings.keys()].toSorted()).toEqual(['CANCELLED', 'COMMITTED', 'REFUSED', 'RELEASED', 'REVIEW']);
  });

  it('left evidence that holds', async () => {
    const database = await Database.connect(world.databaseUrl, 'vendrail-model');
    const report = await verifyEvidence(database);
    await database.close();

    expect(report.faults).toEqual([]);
    expect(report.purchases).toBeGreaterThan(RUNS);
  });
});
