import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { Database, sql } from './database.js';
import { Metrics } from './metrics.js';
import { MqttConnection } from './mqtt.js';
import { ServerInstance } from './server-instance.js';

@ApiTags('Running it')
@Controller()
export class HealthController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MqttConnection) private readonly mqtt: MqttConnection,
    @Inject(ServerInstance) private readonly instance: ServerInstance,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process runs' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** SEQR is not asked: its outage must not take this service down with it. */
  @Get('health/ready')
  @ApiOperation({ summary: 'The process can take requests: database and broker answer' })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const database = await this.database.query(sql`SELECT 1`).then(
      () => true,
      () => false,
    );
    const checks = { database, broker: this.mqtt.connected, leases: this.instance.isAlive };
    const ready = Object.values(checks).every(Boolean);
    await reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'not ready', checks });
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Metrics for Prometheus' })
  async showMetrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.header('content-type', this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
