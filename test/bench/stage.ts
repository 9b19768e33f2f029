import { type BenchDatabase, type BenchPlace, addMachines } from './bench-place.js';
import { FLOOR_TABLES } from './floors/floor-database.js';
import type { Target } from './neighbours/raw-http.js';
import type { Visited, VisitOrder } from './neighbours/visits.js';
import type { Program } from './processes/program.js';
import type { Settings } from './scenario.js';

/** Where more was offered than is carried, the last payers wait behind all others. */
const LAST_VISITS_MS = 15 * 60_000;

/** One of the two that serve whole purchases, with a broker and a database of its own. */
export interface Contender {
  readonly name: 'floor' | 'product';
  readonly program: Program;
  readonly broker: Program;
  readonly target: Target;
  readonly mqttUrl: string;
  readonly database: BenchDatabase;
}

export interface Stage {
  readonly neighbours: Program;
  readonly floor: Contender;
  readonly product: Contender;
}

/** The floor of a whole purchase and the product, side by side. */
export async function setStage(place: BenchPlace, machines: number, settings: Settings): Promise<Stage> {
  const neighbours = await place.start({ name: 'the neighbours', file: 'neighbours/main', environment: {} });
  const soapUrl = await neighbours.ask<string>({ ask: 'soapUrl' });
  return {
    neighbours,
    floor: await startFloor(place, soapUrl, settings),
    product: await startProduct(place, soapUrl, machines, settings),
  };
}

async function startFloor(place: BenchPlace, soapUrl: string, settings: Settings): Promise<Contender> {
  const broker = await place.startBroker();
  const mqttUrl = await broker.ask<string>({ ask: 'url' });
  const database = await place.newDatabase();
  await database.query(FLOOR_TABLES);
  const program = await place.start({
    name: 'the floor of a whole purchase',
    file: 'floors/whole-purchase',
    node: profileOf(settings, 'floor'),
    environment: { DATABASE_URL: database.url, SEQR_SOAP_URL: soapUrl, MQTT_URL: mqttUrl },
  });
  return { name: 'floor', program, broker, target: { url: await program.ask({ ask: 'url' }) }, mqttUrl, database };
}

async function startProduct(
  place: BenchPlace,
  soapUrl: string,
  machines: number,
  settings: Settings,
): Promise<Contender> {
  const broker = await place.startBroker();
  const mqttUrl = await broker.ask<string>({ ask: 'url' });
  const database = await place.newDatabase();
  await addMachines(database, machines);
  const environment = { DATABASE_URL: database.url, SEQR_SOAP_URL: soapUrl, MQTT_URL: mqttUrl };
  const product = await place.startProduct(environment, profileOf(settings, 'product'));
  return { name: 'product', ...product, broker, mqttUrl, database };
}

export function profileOf({ profile }: Settings, name: string): string[] {
  return profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}/${name}`];
}

/** Visits at one of the two. @throws Error when one of them fails. */
export async function visit(
  { neighbours }: Stage,
  { name, program, target, mqttUrl }: Contender,
  order: Omit<VisitOrder, 'target' | 'prefix'>,
): Promise<Visited> {
  const visited = await neighbours.ask<Visited>(
    { ask: 'visit', mqttUrl, target, prefix: 'bench-', ...order },
    order.ms + LAST_VISITS_MS,
  );
  if (visited.errors > 0 && order.perSecond === undefined) {
    throw new Error(
      `${name}: ${visited.errors} visits failed, the first with ${visited.firstError}\n${program.lastWords}`,
    );
  }
  return visited;
}

export async function stopStage({ neighbours, floor, product }: Stage): Promise<void> {
  for (const { program, broker } of [product, floor]) {
    await program.stop();
    await broker.stop();
  }
  await neighbours.stop();
}
