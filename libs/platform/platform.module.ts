import { type DynamicModule, Global, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';

import { DatabaseClock } from './clock.js';
import { Configuration } from './configuration.js';
import { Database } from './database.js';
import { HealthController } from './health.controller.js';
import { systemIds } from './ids.js';
import { Keys } from './keys.js';
import type { Logger } from './logging.js';
import { Metrics } from './metrics.js';
import { MqttConnection } from './mqtt.js';
import { HEARTBEAT_EVERY_MS, ServerInstance } from './server-instance.js';
import { Shutdown } from './shutdown.js';
import { IDS, LOGGER } from './tokens.js';

/** Each replica says for itself that it lives, so a plain interval is right here. */
@Injectable()
class Heartbeat {
  constructor(
    @Inject(ServerInstance) private readonly instance: ServerInstance,
    @Inject(MqttConnection) private readonly mqtt: MqttConnection,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Interval(HEARTBEAT_EVERY_MS)
  async beat(): Promise<void> {
    await this.instance.beat();
    this.metrics.brokerConnected.set(this.mqtt.connected ? 1 : 0);
  }
}

/** What every server process has: configuration, database, broker, clock, log. One for each process. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(@Inject(Shutdown) private readonly shutdown: Shutdown) {}

  static forRoot(configuration: Configuration, role: string, logger: Logger): DynamicModule {
    const id = systemIds.uuid();
    return {
      module: PlatformModule,
      imports: [ScheduleModule.forRoot()],
      controllers: [HealthController],
      providers: [
        Heartbeat,
        Shutdown,
        DatabaseClock,
        Metrics,
        { provide: Configuration, useValue: configuration },
        { provide: LOGGER, useValue: logger },
        { provide: IDS, useValue: systemIds },
        { provide: Keys, useValue: new Keys(configuration.VENDRAIL_SECRET) },
        {
          provide: Database,
          inject: [Shutdown],
          useFactory: async (shutdown: Shutdown) => {
            const database = await Database.connect(configuration.DATABASE_URL, `vendrail-${role}`);
            shutdown.add(() => database.close());
            return database;
          },
        },
        {
          provide: ServerInstance,
          inject: [Database, DatabaseClock, Shutdown],
          useFactory: async (database: Database, clock: DatabaseClock, shutdown: Shutdown) => {
            const instance = await ServerInstance.register(id, role, database, clock, logger);
            shutdown.add(() => instance.leave());
            return instance;
          },
        },
        {
          provide: MqttConnection,
          inject: [Shutdown],
          useFactory: async (shutdown: Shutdown) => {
            const { MQTT_URL: url, MQTT_USERNAME: username, MQTT_PASSWORD: password } = configuration;
            const clientId = `server-${role}-${id}`;
            const connection = await MqttConnection.connect({ url, username, password, clientId }, logger);
            shutdown.add(() => connection.close());
            return connection;
          },
        },
      ],
      exports: [
        Configuration,
        LOGGER,
        IDS,
        Keys,
        Database,
        DatabaseClock,
        ServerInstance,
        MqttConnection,
        Metrics,
        Shutdown,
      ],
    };
  }

  /** Nest calls this after the HTTP server has taken its last request. */
  async onApplicationShutdown(): Promise<void> {
    await this.shutdown.run();
  }
}
