import type { BenchPlace } from '../bench-place.js';
import { addMachines } from '../bench-place.js';
import { type Figure, median, numberText } from '../figures.js';
import { FLOOR_TABLES } from '../floors/floor-database.js';
import type { Target } from '../neighbours/raw-http.js';
import type { ScanOrder, Scanned } from '../neighbours/scans.js';
import { PLAIN_TABLES } from '../plain/plain-tables.js';
import type { Program } from '../processes/program.js';
import type { Scenario, Settings } from '../scenario.js';
import { profileOf } from '../stage.js';

const IN_FLIGHT = [1, 16, 64] as const;
/** Each machine serves one payer at a time: more than a round's cells can use up. */
const MACHINES = 40_000;
const MACHINES_QUICK = 4_000;
/** Until the compilers of Node and the plans of PostgreSQL have settled. */
const WARM_UP_MS = 10_000;

type InFlight = (typeof IN_FLIGHT)[number];

interface Cell {
  readonly scanned: Scanned;
  readonly perSecond: number;
  /** µs a request. */
  readonly server: number;
  readonly postgres: number;
}

interface Contender {
  readonly name: 'floor' | 'plain' | 'product';
  readonly program: Program;
  readonly target: Target;
  /** The product's machines must exist; elsewhere a new name a request is a new machine. */
  readonly machines: number;
  next: number;
  /** Frees the machines. */
  clear(): Promise<unknown>;
  readonly rounds: Record<InFlight, Cell>[];
}

/** createPurchase alone: what it costs, how many there are in a second, how long each takes. */
export const createPurchase: Scenario = {
  goals: ['P1', 'P2', 'P3'],
  title: 'createPurchase beside its floor and beside the plain stack',
  async run(place, settings, progress) {
    const neighbours = await place.start({ name: 'the neighbours', file: 'neighbours/main', environment: {} });
    const contenders = await startAll(place, neighbours, settings);
    const cellMs = settings.quick ? 1_000 : 3_000;
    // A server whose database is still busy writing what was made for it is late with its heartbeat, and may not act.
    await place.settle();
    progress('warming up');
    for (const contender of contenders) {
      await cell(place, neighbours, contender, 64, settings.quick ? cellMs : WARM_UP_MS);
      await contender.clear();
    }
    for (let round = 1; round <= settings.rounds; round += 1) {
      for (const contender of contenders) {
        await place.settle();
        const cells = {} as Record<InFlight, Cell>;
        for (const inFlight of IN_FLIGHT) cells[inFlight] = await cell(place, neighbours, contender, inFlight, cellMs);
        contender.rounds.push(cells);
        const { perSecond, server, postgres } = cells[64];
        progress(
          `round ${round}  ${contender.name.padEnd(8)} ${numberText(perSecond)}/s, ${numberText(server)} + ${numberText(postgres)} µs at 64 in flight`,
        );
        await contender.clear();
      }
    }
    for (const { program } of contenders) await program.stop();
    await neighbours.stop();
    return figuresOf(contenders);
  },
};

async function startAll(place: BenchPlace, neighbours: Program, settings: Settings): Promise<Contender[]> {
  const soapUrl = await neighbours.ask<string>({ ask: 'soapUrl' });
  const forget = () => neighbours.ask({ ask: 'forgetAll' });
  const bare = async (name: 'floor' | 'plain', file: string, tables: string): Promise<Contender> => {
    const database = await place.newDatabase();
    await database.query(tables);
    const program = await place.start({
      name: `the ${name} of createPurchase`,
      file,
      node: profileOf(settings, name),
      environment: { DATABASE_URL: database.url, SEQR_SOAP_URL: soapUrl },
    });
    const url = await program.ask<string>({ ask: 'url' });
    return { name, program, target: { url }, machines: 1_000_000_000, next: 0, clear: forget, rounds: [] };
  };
  const floor = await bare('floor', 'floors/create-purchase', FLOOR_TABLES);
  const plain = await bare('plain', 'plain/plain-stack', PLAIN_TABLES);
  const database = await place.newDatabase();
  const machines = settings.quick ? MACHINES_QUICK : MACHINES;
  await addMachines(database, machines);
  const broker = await place.startBroker();
  const { program, target } = await place.startProduct(
    {
      DATABASE_URL: database.url,
      SEQR_SOAP_URL: soapUrl,
      MQTT_URL: await broker.ask<string>({ ask: 'url' }),
    },
    profileOf(settings, 'product'),
  );
  const product: Contender = {
    name: 'product',
    program,
    target,
    machines,
    next: 0,
    clear: async () => {
      await neighbours.ask({ ask: 'declineAll', target });
      await untilFree(database);
    },
    rounds: [],
  };
  return [floor, plain, product];
}

async function untilFree(database: Awaited<ReturnType<BenchPlace['newDatabase']>>): Promise<void> {
  for (;;) {
    const [row] = await database.query<{ held: boolean }>(
      'SELECT EXISTS (SELECT FROM purchases WHERE holds_machine) AS held',
    );
    if (row?.held === false) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function cell(
  place: BenchPlace,
  neighbours: Program,
  contender: Contender,
  inFlight: InFlight,
  ms: number,
): Promise<Cell> {
  const from = contender.next % contender.machines;
  const order: ScanOrder = {
    target: contender.target,
    inFlight,
    ms,
    prefix: 'bench-',
    from,
    machines: contender.machines - from,
  };
  const { result, server, postgres } = await place.cpuDuring(contender.program, () =>
    neighbours.ask<Scanned>({ ask: 'scan', ...order }),
  );
  if (result.errors > 0) {
    throw new Error(`${contender.name}: ${result.errors} of ${result.count} were refused: ${result.firstError}`);
  }
  contender.next = from + result.count >= contender.machines * 0.7 ? 0 : from + result.count;
  return {
    scanned: result,
    perSecond: result.count / result.seconds,
    server: server / result.count,
    postgres: postgres / result.count,
  };
}

function figuresOf([floor, plain, product]: Contender[]): Figure[] {
  if (floor === undefined || plain === undefined || product === undefined) throw new Error('three are compared');
  const cpu = (cells: Record<InFlight, Cell>) => cells[64].server + cells[64].postgres;
  const rate = (cells: Record<InFlight, Cell>) => cells[64].perSecond;
  const alone = (cells: Record<InFlight, Cell>) => cells[1].scanned.p50;
  const tail = (cells: Record<InFlight, Cell>) => cells[16].scanned.p99;
  type Pick = (cells: Record<InFlight, Cell>) => number;
  const compared = (of: Pick) => {
    const ratios = (contender: Contender) =>
      contender.rounds.map((cells, i) => {
        const floorCells = floor.rounds[i];
        return floorCells === undefined ? Number.NaN : of(cells) / of(floorCells);
      });
    const rounds = ratios(product);
    const typical = (contender: Contender) => numberText(median(contender.rounds.map(of)));
    return {
      value: median(rounds),
      rounds,
      plain: median(ratios(plain)),
      isRatio: true,
      unit: '× floor',
      of: (unit: string) => `${typical(product)} ${unit} against ${typical(floor)}; plain ${typical(plain)}`,
    };
  };
  const figure = (
    goal: string,
    what: string,
    pick: Pick,
    unit: string,
    bound: Figure['bound'],
    limit: number,
    stretch: number,
  ): Figure => {
    const { of, ...rest } = compared(pick);
    return { goal, what, measured: of(unit), bound, limit, stretch, ...rest };
  };
  return [
    figure('P1', 'createPurchase, CPU of server and PostgreSQL at 64 in flight', cpu, 'µs', 'at most', 2, 1.6),
    figure('P2', 'createPurchase a second at 64 in flight', rate, '/s', 'at least', 0.5, 0.65),
    figure('P3', 'createPurchase alone, p50', alone, 'ms', 'at most', 1.6, 1.4),
    figure('P3', 'createPurchase at 16 in flight, p99', tail, 'ms', 'at most', 2, 1.5),
  ];
}
