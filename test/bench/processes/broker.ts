// The embedded broker in a process of its own.
import { startEmbeddedBroker } from '#local/embedded-broker.js';

import { answering } from './answering.js';

const { url } = await startEmbeddedBroker(0);
answering({ url: () => url });
