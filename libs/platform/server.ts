import 'reflect-metadata';

import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { type Configuration, ConfigurationError, readConfiguration } from './configuration.js';
import { httpsAdapter } from './https-adapter.js';
import { createLogger } from './logging.js';
import { NestLogger } from './nest-logger.js';
import { PlatformModule } from './platform.module.js';

/** More than SEQR and all operators open; beyond it new connections wait. */
const CONNECTIONS_MAX = 2_000;

export interface ServerOptions {
  readonly role: string;
  readonly modules: readonly Type[];
  readonly configuration: Configuration;
  /** What the role adds to the HTTP server before it listens. */
  readonly configure?: (app: NestFastifyApplication) => Promise<void>;
  /** File descriptor of the log: 1 is stdout, 2 stderr. */
  readonly logTo?: number;
}

/** A server with HTTPS, listening. `close` stops it in order: requests, purchases, broker, database. */
export async function createServer(options: ServerOptions): Promise<NestFastifyApplication> {
  const { configuration, role } = options;
  const logger = createLogger(configuration.LOG_LEVEL, role, options.logTo);
  @Module({ imports: [PlatformModule.forRoot(configuration, role, logger), ...options.modules] })
  class ServerModule {}
  const app = await NestFactory.create<NestFastifyApplication>(ServerModule, httpsAdapter(configuration), {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.getHttpServer().maxConnections = CONNECTIONS_MAX;
  await options.configure?.(app);
  await app.listen(configuration.HTTPS_PORT, configuration.HTTPS_HOST);
  logger.info({ port: configuration.HTTPS_PORT }, `listening on https://localhost:${configuration.HTTPS_PORT}`);
  return app;
}

/** The main of a server process: configuration from the environment, a clean end on SIGTERM and SIGINT. */
export async function startServer(options: Omit<ServerOptions, 'configuration'>): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(helpOf(options.role));
    return;
  }
  try {
    const app = await createServer({ ...options, configuration: readConfiguration(process.env) });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        void app.close().then(() => process.exit(0));
      });
    }
  } catch (error) {
    process.stderr.write(`${options.role} could not start: ${reasonOf(error)}\n`);
    process.exit(1);
  }
}

function helpOf(role: string): string {
  return `npm run start:${role}

Starts this role alone. It takes everything from the environment and the file .env; .env.example explains each variable.
What is missing or wrong is listed at once. SIGTERM and Ctrl-C stop it in order.
`;
}

function reasonOf(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return 'its port is taken by another program: stop that program, or choose another port with HTTPS_PORT=<port>';
  }
  return error.message.trim();
}
