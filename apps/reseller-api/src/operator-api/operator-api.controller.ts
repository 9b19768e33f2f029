import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toString as qrCode } from 'qrcode';

import type { MachineView, PurchaseSummaryView, PurchaseView, SystemView } from '#fleet/operator-views.js';
import { DatabaseClock } from '#platform/clock.js';
import { Configuration } from '#platform/configuration.js';

import { LiveStream } from './live-stream.js';
import { MachineViews } from './machine-views.js';
import { OperatorApiError } from './operator-api-error.js';
import { OperatorSessions } from './operator-session.js';
import { PurchaseViews } from './purchase-views.js';
import { UUID, limitOf } from './request-reading.js';

@ApiTags('Operators')
@Controller('api/session')
export class SessionController {
  constructor(@Inject(OperatorSessions) private readonly sessions: OperatorSessions) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({ summary: 'Opens a session with the token printed at start' })
  open(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    this.sessions.open(tokenOf(request.body), reply);
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Ends the session' })
  close(@Res({ passthrough: true }) reply: FastifyReply): void {
    this.sessions.close(reply);
  }
}

@ApiTags('Operators')
@Controller('api')
@UseGuards(OperatorSessions)
export class OperatorApiController {
  constructor(
    @Inject(MachineViews) private readonly machines: MachineViews,
    @Inject(PurchaseViews) private readonly purchases: PurchaseViews,
    @Inject(LiveStream) private readonly stream: LiveStream,
    @Inject(Configuration) private readonly configuration: Configuration,
    @Inject(DatabaseClock) private readonly clock: DatabaseClock,
  ) {}

  @Get('system')
  @ApiOperation({ summary: 'The server: version, clock, SEQR endpoint' })
  system(): SystemView {
    const { SEQR_SOAP_URL: seqrEndpoint } = this.configuration;
    return { version: '0.1.0', now: new Date(this.clock.now()).toISOString(), seqrEndpoint };
  }

  @Get('machines')
  @ApiOperation({ summary: 'The fleet with its live state' })
  listMachines(): Promise<MachineView[]> {
    return this.machines.list();
  }

  @Get('machines/:id/qr.svg')
  @ApiOperation({ summary: 'The QR code of a machine' })
  async qr(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const text = await this.machines.qrText(id);
    if (text === null) throw new OperatorApiError(404, 'NO_SUCH_MACHINE', 'there is no such machine');
    // Print guidelines of SEQR: error correction level M, quiet zone of two modules.
    const svg = await qrCode(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
    await reply.header('content-type', 'image/svg+xml').send(svg);
  }

  @Get('purchases')
  @ApiOperation({ summary: 'Purchases, newest first' })
  @ApiQuery({ name: 'machineId', required: false })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 200, 50 by default' })
  listPurchases(
    @Query('machineId') machineId?: string,
    @Query('limit') limit?: string,
  ): Promise<PurchaseSummaryView[]> {
    return this.purchases.list({ machineId, limit: limitOf(limit) });
  }

  @Get('purchases/:id')
  @ApiOperation({ summary: 'One purchase with its time line' })
  async purchase(@Param('id') id: string): Promise<PurchaseView> {
    const purchase = UUID.test(id) ? await this.purchases.one(id) : null;
    if (purchase === null) throw new OperatorApiError(404, 'NO_SUCH_PURCHASE', 'there is no such purchase');
    return purchase;
  }

  @Get('live')
  @ApiOperation({ summary: 'What changes, as server-sent events' })
  live(@Res() reply: FastifyReply): void {
    if (!this.stream.open(reply)) throw new OperatorApiError(503, 'TOO_MANY_STREAMS', 'too many consoles are open');
  }
}

function tokenOf(body: unknown): unknown {
  try {
    return (JSON.parse(Buffer.isBuffer(body) ? body.toString() : '') as { token?: unknown } | null)?.token;
  } catch {
    throw new OperatorApiError(400, 'NOT_JSON', 'the body must be JSON: { "token": "…" }');
  }
}
