import { type Figure, numberText } from '../figures.js';
import type { Visited } from '../neighbours/visits.js';
import { memoryOf } from '../processes/cpu.js';
import type { Scenario } from '../scenario.js';
import { type Contender, type Stage, setStage, stopStage, visit } from '../stage.js';

const MINUTE_MS = 60_000;
const MEGABYTE = 1_048_576;
/** Memory is looked at so often; its first fifth is the time in which what is kept fills up. */
const LOOKS = 50;
/** Who waits so long for a floor that takes milliseconds waits behind others: more was offered than it carries. */
const BEHIND_MS = 1_000;
/** The floor keeps nothing that fills up: a tenth of the time shows what it takes. */
const FLOOR_SHARE = 10;

/** So many purchases a second, whatever happens, with all machines connected. */
export const longRun: Scenario = {
  goals: ['P5'],
  title: 'purchases offered at one rate, for long',
  isLong: true,
  async run(place, settings, progress) {
    const { machines, minutes, perSecond } = settings;
    const stage = await setStage(place, machines, settings);
    const run = async (contender: Contender, ms: number): Promise<Visited> => {
      progress(`${contender.name}: connecting ${numberText(machines)} machines`);
      const { mqttUrl } = contender;
      await stage.neighbours.ask({ ask: 'connectFleet', mqttUrl, prefix: 'bench-', machines });
      await visit(stage, contender, { ms: 10_000, perSecond: 50, machines });
      progress(`${contender.name}: ${numberText(ms / MINUTE_MS)} minutes of ${perSecond} purchases a second`);
      const visited = await visit(stage, contender, { ms, perSecond, machines });
      await stage.neighbours.ask({ ask: 'disconnectFleet', mqttUrl });
      return visited;
    };
    const floor = await run(stage.floor, Math.max(MINUTE_MS, (minutes * MINUTE_MS) / FLOOR_SHARE));
    const { result: product, megabytes } = await watched(stage, minutes * MINUTE_MS, progress, (ms) =>
      run(stage.product, ms),
    );
    await stopStage(stage);
    return figuresOf(floor, product, megabytes);
  },
};

async function watched<T>(
  { product }: Stage,
  ms: number,
  progress: (text: string) => void,
  work: (ms: number) => Promise<T>,
): Promise<{ result: T; megabytes: number[] }> {
  const megabytes: number[] = [];
  const timer = setInterval(() => {
    void memoryOf(product.program.pid).then(
      (bytes) => {
        megabytes.push(bytes / MEGABYTE);
        progress(`product: ${numberText(bytes / MEGABYTE)} MB`);
      },
      // It has ended: whoever waits for its payers is told why.
      () => undefined,
    );
  }, ms / LOOKS);
  try {
    return { result: await work(ms), megabytes };
  } finally {
    clearInterval(timer);
  }
}

function figuresOf(floor: Visited, product: Visited, megabytes: readonly number[]): Figure[] {
  const fifths = [0, 1, 2, 3, 4].map((i) => {
    const values = megabytes.slice((i * megabytes.length) / 5, ((i + 1) * megabytes.length) / 5);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  const growth = (fifths[4] ?? Number.NaN) / (fifths[1] ?? Number.NaN);
  const hasNoFloor = floor.scan.p99 > BEHIND_MS;
  const ratio = (what: string, of: (visited: Visited) => number): Figure => ({
    goal: 'P5',
    what,
    measured: `${numberText(of(product))} ms against ${numberText(of(floor))} ms${hasNoFloor ? ', which fell behind: this ratio says nothing' : ''}`,
    value: of(product) / of(floor),
    rounds: [of(product) / of(floor)],
    bound: 'at most',
    limit: 3,
    stretch: 2,
    hasNoFloor,
    isRatio: true,
    unit: '× floor',
  });
  const plain = (what: string, measured: string, value: number, limit: number, unit: string): Figure => ({
    goal: 'P5',
    what,
    measured,
    value,
    rounds: [value],
    bound: 'at most',
    limit,
    isRatio: false,
    unit,
  });
  return [
    ratio('createPurchase, p99', ({ scan }) => scan.p99),
    ratio('notification to grant, p99', ({ notificationToGrant }) => notificationToGrant.p99),
    plain(
      'errors',
      `${numberText(product.done)} purchases went through; ${product.firstError ?? 'none failed'}`,
      product.errors,
      0,
      'errors',
    ),
    plain(
      'memory, last fifth against second',
      `${fifths.map(numberText).join(', ')} MB in the fifths`,
      growth,
      1.1,
      '×',
    ),
  ];
}
