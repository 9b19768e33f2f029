import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { MachineGatewayModule } from '#machine-gateway/machine-gateway.module.js';
import { DatabaseClock } from '#platform/clock.js';
import type { Configuration } from '#platform/configuration.js';
import { httpsAdapter } from '#platform/https-adapter.js';
import { createLogger } from '#platform/logging.js';
import { MqttConnection } from '#platform/mqtt.js';
import { NestLogger } from '#platform/nest-logger.js';
import { PlatformModule } from '#platform/platform.module.js';
import { ServerInstance } from '#platform/server-instance.js';
import { PurchaseRunner } from '#purchasing/runner.js';
import { configureHttps } from '#reseller-api/https-server.js';
import { ResellerApiModule } from '#reseller-api/reseller-api.module.js';

import { RingingClock } from './time.js';

/** Both roles in one process as `npm start` has them; only the clock rings when time was moved. */
export class Server {
  private constructor(
    private readonly app: NestFastifyApplication,
    private readonly clock: RingingClock,
  ) {}

  static async open(configuration: Configuration): Promise<Server> {
    const logger = createLogger(configuration.LOG_LEVEL, 'all', 2);
    const clock = new RingingClock();
    const platform = PlatformModule.forRoot(configuration, 'all', logger);
    const providers = (platform.providers ?? []).filter((provider) => provider !== DatabaseClock);
    const moved = { ...platform, providers: [...providers, { provide: DatabaseClock, useValue: clock }] };
    @Module({ imports: [moved, ResellerApiModule, MachineGatewayModule] })
    class ServerModule {}
    const app = await NestFactory.create<NestFastifyApplication>(ServerModule, httpsAdapter(configuration), {
      logger: new NestLogger(logger),
      bodyParser: false,
      abortOnError: false,
    });
    await configureHttps(app);
    await app.listen(configuration.HTTPS_PORT, configuration.HTTPS_HOST);
    const server = new Server(app, clock);
    await server.timeMoved();
    return server;
  }

  /** What the heartbeat, the timers and the look for work left undone do when their time comes. */
  async timeMoved(): Promise<void> {
    await this.app.get(ServerInstance).beat();
    this.clock.ring();
    await this.app.get(PurchaseRunner, { strict: false }).sweep();
  }

  /** A word to whoever listens, behind every command that has left. */
  say(topic: string, word: string): Promise<void> {
    return this.app.get(MqttConnection).publish(topic, word);
  }

  /** Does the broker have this server? On a computer that stands still for long they lose each other for a second. */
  get isConnected(): boolean {
    return this.app.get(MqttConnection).connected;
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
