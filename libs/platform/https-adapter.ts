import { readFileSync } from 'node:fs';

import { FastifyAdapter } from '@nestjs/platform-fastify';

import type { Configuration } from './configuration.js';

const HEADERS_WITHIN_MS = 5_000;
const REQUEST_WITHIN_MS = 10_000;

/** Fastify with our certificate, and with limits on everything a stranger can send. */
export function httpsAdapter(configuration: Configuration): FastifyAdapter {
  return new FastifyAdapter({
    https: {
      cert: readFileSync(configuration.TLS_CERT_FILE),
      key: readFileSync(configuration.TLS_KEY_FILE),
      minVersion: 'TLSv1.2',
      headersTimeout: HEADERS_WITHIN_MS,
      requestTimeout: REQUEST_WITHIN_MS,
      connectionsCheckingInterval: 2_000,
    },
    routerOptions: { maxParamLength: 200 },
    // Requests under way are answered before the server closes; idle connections are not waited for.
    forceCloseConnections: 'idle',
  });
}
