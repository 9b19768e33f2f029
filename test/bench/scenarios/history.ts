import { addMachines } from '../bench-place.js';
import { median, numberText } from '../figures.js';
import { addClosed } from '../history.js';
import type { Scanned } from '../neighbours/scans.js';
import type { Scenario } from '../scenario.js';

const SMALL = 10_000;
const LARGE = 10_000_000;
const LARGE_QUICK = 100_000;
const MACHINES = 10_000;
const SCANS = 400;

/** createPurchase with ten million purchases behind it, beside the same with ten thousand. */
export const history: Scenario = {
  goals: ['P12'],
  title: 'createPurchase with a long history',
  async run(place, settings, progress) {
    const neighbours = await place.start({ name: 'the neighbours', file: 'neighbours/main', environment: {} });
    const broker = await place.startBroker();
    const large = settings.quick ? LARGE_QUICK : LARGE;
    const machines = settings.quick ? MACHINES / 5 : MACHINES;
    const scans = settings.quick ? SCANS / 4 : SCANS;
    const contenders = [];
    for (const purchases of [SMALL, large]) {
      progress(`making ${numberText(purchases)} purchases`);
      const database = await place.newDatabase();
      await addMachines(database, machines);
      await addClosed(database, purchases);
      const { program, target } = await place.startProduct({
        DATABASE_URL: database.url,
        SEQR_SOAP_URL: await neighbours.ask<string>({ ask: 'soapUrl' }),
        MQTT_URL: await broker.ask<string>({ ask: 'url' }),
      });
      contenders.push({ program, target, found: [] as number[] });
    }
    for (let round = 0; round <= settings.rounds; round += 1) {
      for (const { target, found } of contenders) {
        await place.settle();
        const order = { target, inFlight: 1, ms: 60_000, prefix: 'bench-', from: round * scans, machines: scans };
        const { p50, errors, firstError } = await neighbours.ask<Scanned>({ ask: 'scan', ...order });
        if (errors > 0) throw new Error(`${errors} scans were refused: ${firstError}`);
        // The first warms up.
        if (round > 0) found.push(p50);
      }
    }
    for (const { program } of contenders) await program.stop('SIGKILL');
    await broker.stop();
    await neighbours.stop();
    const [small, long] = contenders.map(({ found }) => found);
    const rounds = (long ?? []).map((p50, i) => p50 / (small?.[i] ?? Number.NaN));
    const measured = `${numberText(median(long ?? []))} ms with ${numberText(large)} purchases against ${numberText(median(small ?? []))} ms with ${numberText(SMALL)}`;
    return [
      {
        goal: 'P12',
        what: 'createPurchase, p50',
        measured,
        value: median(rounds),
        rounds,
        bound: 'at most',
        limit: 1.2,
        isRatio: true,
        unit: '×',
      },
    ];
  },
};
