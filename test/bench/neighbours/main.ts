// The world around the server under test, in one process of its own: SEQR, the payers and the machines.
import { answering } from '../processes/answering.js';
import { Fleet } from './fleet.js';
import { type Target, RawPool } from './raw-http.js';
import { RawMqtt } from './raw-mqtt.js';
import { type ScanOrder, scan } from './scans.js';
import { SoapStub } from './soap-stub.js';
import { type VisitOrder, Visits } from './visits.js';

/** Payers who decline at the same time. */
const DECLINING = 32;

const stub = new SoapStub();
const soapUrl = await stub.listen();

/** Every payer with an open invoice declines, and SEQR tells: the purchases end, and their machines are free again. */
async function declineAll({ target }: { readonly target: Target }): Promise<number> {
  const open = [...stub.invoices.values()];
  const pool = new RawPool(target);
  let next = 0;
  const one = async (): Promise<void> => {
    for (let invoice = open[next++]; invoice !== undefined; invoice = open[next++]) {
      invoice.state = 'CANCELED';
      invoice.version += 1;
      await pool.post(new URL(invoice.notificationUrl).pathname, '');
    }
  };
  await Promise.all(Array.from({ length: DECLINING }, one));
  pool.close();
  return open.length;
}

/** Machines by the place they stand at: each broker has its own. */
const places = new Map<string, Visits>();
const fleets = new Map<string, Fleet>();

function visitsAt(mqttUrl: string): Visits {
  const visits = places.get(mqttUrl);
  if (visits === undefined) throw new Error(`no machines are connected to ${mqttUrl}`);
  return visits;
}

/** All machines over one connection. */
async function connectAsOne({ mqttUrl }: { readonly mqttUrl: string }): Promise<void> {
  const mqtt = await RawMqtt.connect(mqttUrl, 'all-machines');
  places.set(mqttUrl, Visits.over(stub, mqtt));
  await mqtt.subscribe('vendrail/v1/+/command', 0);
  await mqtt.subscribe('vendrail/v1/+/ack', 1);
}

interface FleetOrder {
  readonly mqttUrl: string;
  readonly prefix: string;
  readonly machines: number;
}

/** Each machine over its own. @returns seconds until all are connected, subscribed and have said so. */
async function connectFleet({ mqttUrl, prefix, machines }: FleetOrder): Promise<number> {
  const known = fleets.get(mqttUrl);
  const fleet = known ?? new Fleet(mqttUrl, prefix, machines, stub);
  fleets.set(mqttUrl, fleet);
  places.set(mqttUrl, fleet.visits);
  return fleet.connect();
}

answering({
  connectAsOne,
  connectFleet,
  disconnectFleet: ({ mqttUrl }: FleetOrder) => fleets.get(mqttUrl)?.disconnect(),
  fleetReports: ({ mqttUrl }: FleetOrder) => fleets.get(mqttUrl)?.reportAll(),
  visit: ({ mqttUrl, ...order }: VisitOrder & { readonly mqttUrl: string }) => visitsAt(mqttUrl).go(order),
  soapUrl: () => soapUrl,
  calls: () => Object.fromEntries(stub.calls),
  scan: (order: ScanOrder) => scan(order),
  declineAll,
  forgetAll: () => stub.invoices.clear(),
});
