import { type Figure, median, numberText } from '../figures.js';
import type { Visited } from '../neighbours/visits.js';
import type { Scenario } from '../scenario.js';
import { type Contender, setStage, stopStage, visit } from '../stage.js';

const MACHINES = 5_000;
const MACHINES_QUICK = 500;
/** As many as wait for an answer at most: both programs are saturated, and the product writes together what it can. */
const IN_FLIGHT = 128;
/** Enough for a median of one visit after the other. */
const ALONE_MS = 3_000;

interface Round {
  readonly saturated: Visited;
  /** µs a purchase. */
  readonly server: number;
  readonly postgres: number;
  readonly alone: Visited;
}

/** From the scan to the receipt: how many there are in a second, and what a payer waits for when he is alone. */
export const wholePurchase: Scenario = {
  goals: ['P4', 'P6', 'P7'],
  title: 'whole purchases beside their floor',
  async run(place, settings, progress) {
    const machines = settings.quick ? MACHINES_QUICK : MACHINES;
    const stage = await setStage(place, machines, settings);
    const contenders = [stage.floor, stage.product] as const;
    const rounds: Record<Contender['name'], Round[]> = { floor: [], product: [] };
    const ms = settings.quick ? 2_000 : 6_000;
    // A server whose database is still busy writing what was made for it is late with its heartbeat, and may not act.
    await place.settle();
    progress('warming up');
    for (const contender of contenders) {
      await stage.neighbours.ask({ ask: 'connectAsOne', mqttUrl: contender.mqttUrl });
      await visit(stage, contender, { ms: 2 * ms, inFlight: IN_FLIGHT, machines });
    }
    for (let round = 1; round <= settings.rounds; round += 1) {
      for (const contender of contenders) {
        await place.settle();
        const { result, server, postgres } = await place.cpuDuring(contender.program, () =>
          visit(stage, contender, { ms, inFlight: IN_FLIGHT, machines }),
        );
        const alone = await visit(stage, contender, { ms: ALONE_MS, inFlight: 1, waits: true, machines });
        const one = { saturated: result, server: server / result.done, postgres: postgres / result.done, alone };
        rounds[contender.name].push(one);
        progress(
          `round ${round}  ${contender.name.padEnd(8)} ${numberText(rate(one))} purchases/s, ${numberText(one.server)} + ${numberText(one.postgres)} µs each`,
        );
      }
    }
    await stopStage(stage);
    return figuresOf(rounds.floor, rounds.product);
  },
};

const rate = ({ saturated }: Round): number => saturated.done / saturated.seconds;

function figuresOf(floor: readonly Round[], product: readonly Round[]): Figure[] {
  const compared = (of: (round: Round) => number, unit: string) => {
    const rounds = product.map((round, i) => {
      const floorRound = floor[i];
      return floorRound === undefined ? Number.NaN : of(round) / of(floorRound);
    });
    return {
      value: median(rounds),
      rounds,
      isRatio: true,
      unit: '× floor',
      measured: `${numberText(median(product.map(of)))} ${unit} against ${numberText(median(floor.map(of)))}`,
    };
  };
  const perSecond = product.map(rate);
  return [
    {
      goal: 'P4',
      what: 'whole purchases a second, saturated',
      bound: 'at least',
      limit: 0.45,
      stretch: 0.6,
      ...compared(rate, '/s'),
    },
    {
      goal: 'P4',
      what: 'the same, in all',
      bound: 'at least',
      limit: 200,
      isRatio: false,
      unit: '/s',
      value: median(perSecond),
      rounds: perSecond,
      measured: `${numberText(median(product.map(({ server }) => server)))} µs of the server and ${numberText(median(product.map(({ postgres }) => postgres)))} µs of PostgreSQL each`,
    },
    {
      goal: 'P6',
      what: 'notification to grant on the wire, alone, p50',
      bound: 'at most',
      limit: 2,
      ...compared(({ alone }) => alone.notificationToGrant.p50, 'ms'),
    },
    {
      goal: 'P7',
      what: 'vend event to its acknowledgement, alone, p50',
      bound: 'at most',
      limit: 1.6,
      ...compared(({ alone }) => alone.vendToAck.p50, 'ms'),
    },
  ];
}
