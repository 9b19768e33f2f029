import type { Broker } from './broker.js';
import type { Outage } from './database-line.js';
import type { SimMachine } from './machine.js';
import type { Random } from './random.js';
import type { SimServer } from './server.js';
import type { Time } from './time.js';
import type { Fault, Weather } from './weather.js';

interface Targets {
  readonly time: Time;
  readonly weather: Weather;
  readonly seqrOutage: Outage;
  readonly databaseOutage: Outage;
  readonly broker: Broker;
  readonly machines: readonly SimMachine[];
  readonly anyServer: () => SimServer | null;
}

/** Faults that come by themselves, at a time of their own. */
export function brewStorms(targets: Targets, random: Random, withinMs: number): void {
  const { weather, time, machines, anyServer } = targets;
  // Where somebody stands before the machine a fault does more.
  const machine = (): SimMachine => {
    const busy = machines.filter(({ openPurchaseId }) => openPurchaseId !== undefined);
    return random.pick(busy.length > 0 && random.chance(0.6) ? busy : machines);
  };
  const second = 1_000;
  const works: Partial<Record<Fault, () => void>> = {
    'seqr-down': () => targets.seqrOutage.begin(random.between(second, 90 * second)),
    'database-down': () => targets.databaseOutage.begin(random.between(200, 20 * second)),
    'broker-down': () => {
      targets.broker.outage.begin(random.between(second, 60 * second));
      for (const one of machines) one.uplink.brokerLost();
    },
    'server-crash-anytime': () => anyServer()?.die(),
    'server-stall': () => anyServer()?.process.stall(random.between(second, 25 * second)),
    'server-stop': () => anyServer()?.stop(random.between(0, 10 * second)),
    'machine-power-cut': () =>
      machine().cutPower(random.chance(0.6), random.between(500, random.chance(0.5) ? 3 * second : 60 * second)),
    // Most are short; some outlast the reservation.
    'machine-offline': () =>
      machine().uplink.goOffline(
        random.chance(0.7) ? random.between(second, 60 * second) : random.between(60, 1_200) * second,
      ),
    'machine-reset': () => machine().hardware.reset(),
    'line-lost': () => {
      const { hardware } = machine();
      hardware.lose();
      time.after(random.between(second, 20 * second), () => hardware.connect());
    },
  };
  for (const [fault, work] of Object.entries(works) as [Fault, () => void][]) {
    for (let count = weather.times(fault); count > 0; count -= 1) {
      time.after(random.between(0, withinMs), () => {
        weather.count(fault);
        work();
      });
    }
  }
}
