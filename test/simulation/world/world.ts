import { step } from '#purchase/reserve-first/lifecycle.js';
import { termsOf } from '#reseller-api/unattended-payments/terms.js';
import type { Slot } from '#simulated-machine/vmc-model.js';

import { Watch } from '../invariants/watch.js';

import { Broker } from './broker.js';
import { Database } from './database.js';
import { Outage } from './database-line.js';
import { SimMachine } from './machine.js';
import { Payers } from './payers.js';
import { Random } from './random.js';
import type { Sabotage } from './sabotage.js';
import { Seqr } from './seqr.js';
import { SimServer } from './server.js';
import { brewStorms } from './storms.js';
import { Time } from './time.js';
import { Trace } from './trace.js';
import { Truth } from './truth.js';
import { Weather } from './weather.js';

const SECOND = 1_000;
/** I29: so long after the last fault everything must have ended, its own deadlines aside. */
const QUIET_WITHIN_MS = 120 * SECOND;
/** The longest of those: an invoice that nobody pays, a reservation that must lapse, a poll a minute. */
const DEADLINES_MS = 45 * 60 * SECOND;
const LOOK_EVERY_MS = 10 * SECOND;
/** Many enough to meet each other at a machine. */
const PAYERS = { least: 20, most: 32 };

/** One seed's world: everything that exists in it and what time does to it. */
export class World {
  readonly time = new Time();
  readonly truth = new Truth();
  readonly trace: Trace;
  readonly weather: Weather;
  readonly seqr: Seqr;
  readonly watch: Watch;
  readonly database: Database;
  readonly machines: readonly SimMachine[];
  private readonly seqrOutage = new Outage(this.time);
  private readonly databaseOutage = new Outage(this.time);
  private readonly broker: Broker;
  private readonly servers: (SimServer | null)[] = [];
  private readonly payers: Payers;
  private readonly random: Random;
  private starts = 0;
  private readonly prices: ReadonlyMap<number, bigint>;

  constructor(
    seed: number,
    private readonly sabotage: Sabotage,
    keepsLines: boolean,
  ) {
    const random = new Random(seed);
    this.random = random.split('world');
    const { time, truth } = this;
    this.trace = new Trace(time, keepsLines);
    this.weather = new Weather(random.split('weather'));
    const { trace, weather } = this;
    this.seqr = new Seqr(time, weather, random.split('seqr'), truth, (invoice) => this.payers.notify(invoice));
    const machine = (id: string): SimMachine | undefined => this.machine(id);
    const fold = sabotage.step ?? step;
    this.watch = new Watch({ time, trace, truth, weather, seqr: this.seqr, machine, step: fold }, () => this.database);
    this.database = new Database(time, this.watch, sabotage);
    this.broker = new Broker(time, weather, random.split('broker'));
    this.prices = new Map(PRICES.map((price, index) => [index + 1, price]));
    this.machines = this.makeMachines(random.split('machines'));
    this.payers = new Payers(
      {
        time,
        weather,
        truth,
        trace,
        seqr: this.seqr,
        machines: this.machines,
        prices: this.prices,
        terms: this.terms(),
        anyServer: () => this.anyServer(),
        answered: (purchaseId, reference, requestKey) => this.watch.answered(purchaseId, reference, requestKey),
      },
      random.split('payers'),
    );
  }

  private makeMachines(random: Random): SimMachine[] {
    const { time, weather, truth, trace, broker, watch, sabotage } = this;
    const onIdle = (machine: SimMachine, purchaseId: string): void => this.payers.atMachine(machine, purchaseId);
    const world = { time, weather, truth, trace, broker, watch, sabotage, onIdle };
    return Array.from({ length: random.between(2, 4) }, (_, index) => {
      // One product costs another price at the machine than on the list, one is not on the list.
      const slots: Slot[] = PRICES.map((price, slot) => ({
        selection: slot + 1,
        priceMinor: slot === PRICES.length - 1 ? Number(price) + 10 : Number(price),
        stock: 500,
      }));
      slots.push({ selection: 50, priceMinor: 100, stock: 500 });
      const machine = new SimMachine(`m${index + 1}`, slots, random.chance(0.8), world, random.split(`m${index + 1}`));
      broker.machines.set(machine.id, machine);
      return machine;
    });
  }

  private machine(id: string): SimMachine | undefined {
    return this.machines.find((machine) => machine.id === id);
  }

  private terms() {
    return termsOf({
      COMMIT_RESERVATION_TIMEOUT_S: this.random.pick([300, 600, 900]),
      CONFIRM_WITHIN_S: this.random.pick([40, 90]),
      POLL_EVERY_S: this.random.pick([4, 8, 10]),
      SELECTION_WINDOW_S: this.random.pick([20, 60]),
      PAYMENT_MODE: 'RESERVATION_REQUIRED_PRELIMINARY_AMOUNT',
    } as Parameters<typeof termsOf>[0]);
  }

  private anyServer(): SimServer | null {
    const running = this.servers.filter((server) => server !== null);
    return running.length === 0 ? null : this.random.pick(running);
  }

  private startServer(place: number): void {
    const { time, weather, trace, database, databaseOutage, seqr, seqrOutage, broker, watch, sabotage } = this;
    this.starts += 1;
    const id = `server-${this.starts}`;
    const products = new Map(
      [...this.prices].map(([selection, priceMinor]) => [
        selection,
        { name: `Product ${selection}`, sku: `SKU-${selection}`, taxRateHundredths: null, priceMinor },
      ]),
    );
    const catalogue = { products: () => Promise.resolve(products) };
    const world = {
      time,
      weather,
      trace,
      database,
      databaseOutage,
      seqr,
      seqrOutage,
      broker,
      watch,
      sabotage,
      catalogue,
    };
    const server = new SimServer(id, world, this.random.split(id), () => {
      if (this.servers[place] !== server) return;
      this.servers[place] = null;
      time.after(this.random.between(500, 20 * SECOND), () => this.startServer(place));
    });
    this.servers[place] = server;
    server.start();
  }

  /** First faults, then healing; ends when all is quiet, or when it should have been, or at the first violation. */
  async run(): Promise<void> {
    const { random, time, weather } = this;
    const stormMs = random.between(6, 14) * 60 * SECOND;
    for (let place = random.pick([1, 2, 2, 3]) - 1; place >= 0; place -= 1) this.startServer(place);
    for (const machine of this.machines) machine.start();
    this.payers.come(random.between(PAYERS.least, PAYERS.most), stormMs - 10 * SECOND);
    const { seqrOutage, databaseOutage, broker, machines } = this;
    const anyServer = (): SimServer | null => this.anyServer();
    brewStorms({ time, weather, seqrOutage, databaseOutage, broker, machines, anyServer }, random, stormMs);
    const isOver = (): boolean => this.watch.violations.length > 0;

    await time.run(time.now + stormMs, isOver);
    this.heal();
    const deadline = time.now + QUIET_WITHIN_MS + DEADLINES_MS;
    while (!isOver() && time.now < deadline && !this.isQuiet()) await time.run(time.now + LOOK_EVERY_MS, isOver);
    if (!isOver()) this.watch.atTheEnd();
  }

  private heal(): void {
    this.trace.tell('world', 'HEALED');
    this.weather.heal();
    for (const outage of [this.seqrOutage, this.databaseOutage, this.broker.outage]) outage.end();
    for (const machine of this.machines) machine.uplink.comeBack();
  }

  private isQuiet(): boolean {
    return (
      this.database.open().size === 0 && this.machines.every((machine) => machine.isQuiet) && this.watch.liveCount === 0
    );
  }
}

/** The price list, selection 1 and on. */
const PRICES = [150n, 200n, 250n, 320n, 1_200n, 180n] as const;
