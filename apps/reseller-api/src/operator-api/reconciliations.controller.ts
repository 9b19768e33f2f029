import { Readable } from 'node:stream';

import { Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { addDays, isBusinessDay } from '#reconciliation/business-day.js';
import { Reconciler } from '#reconciliation/reconciler.js';
import { type DifferenceView, ReconciliationViews, type RunView } from '#reconciliation/reconciliation-views.js';

import { OperatorApiError } from './operator-api-error.js';
import { OperatorSessions } from './operator-session.js';
import { LIST_MAX, UUID, limitOf } from './request-reading.js';

@ApiTags('Operators')
@Controller('api/reconciliations')
@UseGuards(OperatorSessions)
export class ReconciliationsController {
  constructor(
    @Inject(Reconciler) private readonly reconciler: Reconciler,
    @Inject(ReconciliationViews) private readonly views: ReconciliationViews,
  ) {}

  /** The runs go on by themselves; who wants to know how they ended asks again. */
  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Reconciles now: { "day": "2026-11-21" }, by default the last whole business day' })
  async start(@Req() request: FastifyRequest): Promise<{ day: string; opened: number; runs: RunView[] }> {
    const day = this.dayOf(request.body);
    const opened = await this.reconciler.open(day);
    return { day, opened, runs: (await this.views.ofDay(day)).slice(0, LIST_MAX) };
  }

  @Get()
  @ApiOperation({ summary: 'Reconciliations, newest first' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 200, 50 by default' })
  list(@Query('limit') limit?: string): Promise<RunView[]> {
    return this.views.list(limitOf(limit));
  }

  @Get(':id.csv')
  @ApiOperation({ summary: 'All sales and differences of a reconciliation, as CSV' })
  async csv(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const run = await this.found(id);
    await reply
      .header('content-type', 'text/csv; charset=utf-8; header=present')
      .header('content-disposition', `attachment; filename="reconciliation-${run.day}.csv"`)
      .send(Readable.from(this.views.csv(id)));
  }

  @Get(':id')
  @ApiOperation({ summary: 'One reconciliation with its differences' })
  one(@Param('id') id: string): Promise<RunView & { differences: DifferenceView[] }> {
    return this.found(id);
  }

  private async found(id: string): Promise<RunView & { differences: DifferenceView[] }> {
    const run = UUID.test(id) ? await this.views.one(id) : null;
    if (run === null) throw new OperatorApiError(404, 'NO_SUCH_RECONCILIATION', 'there is no such reconciliation');
    return run;
  }

  private dayOf(body: unknown): string {
    const day = readDay(body);
    const whole = this.reconciler.lastWholeDay();
    if (day === undefined) return whole;
    if (typeof day !== 'string' || !isBusinessDay(day)) {
      throw new OperatorApiError(400, 'BAD_DAY', 'day must be a date like 2026-11-21');
    }
    if (day > addDays(whole, 1)) throw new OperatorApiError(400, 'DAY_TO_COME', 'this day has not begun yet');
    return day;
  }
}

function readDay(body: unknown): unknown {
  const text = Buffer.isBuffer(body) ? body.toString().trim() : '';
  if (text === '') return undefined;
  try {
    return (JSON.parse(text) as { day?: unknown } | null)?.day;
  } catch {
    throw new OperatorApiError(400, 'NOT_JSON', 'the body must be JSON: { "day": "2026-11-21" }, or nothing');
  }
}
