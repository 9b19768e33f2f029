// The embedded broker in a process of its own, so that it can be killed. BROKER_PORT on loopback.
import { startEmbeddedBroker } from '#local/embedded-broker.js';

import './leash.mjs';

const { url } = await startEmbeddedBroker(Number(process.env.BROKER_PORT));
process.stdout.write(`listening at ${url}\n`);
