// The embedded broker in a process of its own, so that it can be killed. BROKER_PORT on loopback.
import { LinkStore } from '#fleet/link/link-store.js';
import { startEmbeddedBroker } from '#local/embedded-broker.js';
import { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';

import './leash.mjs';

const database = await Database.connect(process.env.DATABASE_URL, 'vendrail-broker');
const links = new LinkStore(database, new Keys(process.env.VENDRAIL_SECRET));
const { url } = await startEmbeddedBroker({
  port: Number(process.env.BROKER_PORT),
  serverPassword: process.env.MQTT_PASSWORD,
  hashesOf: (machineIds) => links.hashesOf(machineIds),
});
process.stdout.write(`listening at ${url}\n`);
