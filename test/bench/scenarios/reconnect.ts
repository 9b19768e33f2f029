import { median, numberText } from '../figures.js';
import type { Scenario } from '../scenario.js';
import { setStage, stopStage } from '../stage.js';

/** Until Node's compilers have settled. */
const WARM_UP_ROUNDS = 2;

/** All machines come back at once: connected, subscribed, known to be online, and their news acknowledged. */
export const reconnect: Scenario = {
  goals: ['P8'],
  title: 'all machines reconnect at once',
  isLong: true,
  async run(place, settings, progress) {
    const { machines } = settings;
    const stage = await setStage(place, machines, settings);
    const { neighbours, product } = stage;
    // The broker alone: nobody listens to what the machines say.
    const bare = await place.startBroker();
    const bareUrl = await bare.ask<string>({ ask: 'url' });
    const fleet = (mqttUrl: string) => ({ mqttUrl, prefix: 'bench-', machines });
    const ratios: number[] = [];
    const floors: number[] = [];
    const products: number[] = [];
    for (let round = 1 - WARM_UP_ROUNDS; round <= settings.rounds; round += 1) {
      const floor = await neighbours.ask<number>({ ask: 'connectFleet', ...fleet(bareUrl) });
      await neighbours.ask({ ask: 'disconnectFleet', ...fleet(bareUrl) });
      await product.database.query(`UPDATE machine_presences SET online = false, last_seen_at = to_timestamp(0)`);
      const startedAt = performance.now();
      await neighbours.ask({ ask: 'connectFleet', ...fleet(product.mqttUrl) });
      await neighbours.ask({ ask: 'fleetReports', ...fleet(product.mqttUrl) });
      await untilAllOnline(() =>
        product.database.query<{ missing: boolean }>(
          `SELECT EXISTS (SELECT FROM machine_presences WHERE machine_id LIKE 'bench-%' AND NOT online) AS missing`,
        ),
      );
      const seconds = (performance.now() - startedAt) / 1_000;
      await neighbours.ask({ ask: 'disconnectFleet', ...fleet(product.mqttUrl) });
      progress(`round ${round}  ${numberText(seconds)} s against ${numberText(floor)} s`);
      if (round < 1) continue;
      floors.push(floor);
      products.push(seconds);
      ratios.push(seconds / floor);
    }
    await bare.stop();
    await stopStage(stage);
    return [
      {
        goal: 'P8',
        what: `${numberText(machines)} machines back, online and their news acknowledged`,
        measured: `${numberText(median(products))} s against ${numberText(median(floors))} s of the broker alone`,
        value: median(ratios),
        rounds: ratios,
        bound: 'at most',
        limit: 1.7,
        isRatio: true,
        unit: '× floor',
      },
    ];
  },
};

async function untilAllOnline(look: () => Promise<{ missing: boolean }[]>): Promise<void> {
  while ((await look())[0]?.missing !== false) await new Promise((resolve) => setTimeout(resolve, 20));
}
