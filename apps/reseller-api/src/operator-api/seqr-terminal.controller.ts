import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import type { SeqrTerminalView } from '#fleet/operator-views.js';
import { Provisioning } from '#fleet/provisioning/provisioning.js';
import { ProvisioningError, type ProvisioningFault } from '#fleet/provisioning/provisioning-error.js';
import { MachineStickers } from '#fleet/sticker/machine-stickers.js';
import type { Sticker } from '#fleet/sticker/sticker.js';
import { StickerError } from '#fleet/sticker/sticker-error.js';

import { OperatorApiError } from './operator-api-error.js';
import { OperatorSessions } from './operator-session.js';

const STATUS: Readonly<Record<ProvisioningFault, number>> = {
  NO_SUCH_MACHINE: 404,
  BUSY: 409,
  BEING_REMOVED: 409,
  PURCHASE_OPEN: 409,
  UNFIT: 422,
  SEQR_ID_TAKEN: 502,
  REFUSED: 502,
  UNKNOWN: 502,
  NOT_SENT: 503,
};

/** Loaded with the first sticker: PDF and fonts would be a tenth of every start, and a restarted server has work to do. */
const drawing = {
  svg: () => import('#fleet/sticker/sticker-svg.js'),
  pdf: () => import('#fleet/sticker/sticker-pdf.js'),
};

/** What a machine needs to be paid at: its terminal at SEQR, and the sticker on its front. */
@ApiTags('Operators')
@Controller('api')
@UseGuards(OperatorSessions)
export class SeqrTerminalController {
  constructor(
    @Inject(Provisioning) private readonly provisioning: Provisioning,
    @Inject(MachineStickers) private readonly stickers: MachineStickers,
  ) {}

  @Get('machines/:id/seqr-terminal')
  @ApiOperation({ summary: 'The terminal of a machine at SEQR' })
  @ApiResponse({ status: 200, description: 'SeqrTerminalView' })
  async show(@Param('id') id: string): Promise<SeqrTerminalView> {
    return told(() => this.provisioning.of(id));
  }

  @Post('machines/:id/seqr-terminal')
  @HttpCode(200)
  @ApiOperation({ summary: 'Registers a terminal for a machine, and labels it; a machine that has one keeps it' })
  @ApiResponse({ status: 200, description: 'SeqrTerminalView' })
  @ApiResponse({ status: 409, description: 'BUSY, BEING_REMOVED' })
  @ApiResponse({ status: 502, description: 'REFUSED, SEQR_ID_TAKEN, or UNKNOWN: no readable answer came from SEQR' })
  @ApiResponse({ status: 503, description: 'NOT_SENT: SEQR cannot be reached' })
  async provision(@Param('id') id: string): Promise<SeqrTerminalView> {
    return told(() => this.provisioning.provision(id));
  }

  @Delete('machines/:id/seqr-terminal')
  @ApiOperation({ summary: 'Removes the terminal of a machine; the reseller takes its payments again' })
  @ApiResponse({ status: 200, description: 'SeqrTerminalView' })
  @ApiResponse({ status: 409, description: 'PURCHASE_OPEN, BUSY' })
  async remove(@Param('id') id: string): Promise<SeqrTerminalView> {
    return told(() => this.provisioning.remove(id));
  }

  @Get('machines/:id/sticker.svg')
  @ApiOperation({ summary: 'The sticker of a machine, 90 by 132 mm' })
  @ApiQuery({ name: 'code', required: false, enum: ['scan-first', 'static'], description: 'scan-first by default' })
  async svg(@Param('id') id: string, @Query('code') code: string | undefined, @Res() reply: FastifyReply) {
    const sticker = await this.sticker(id, code);
    const { stickerSvg } = await drawing.svg();
    await reply.header('content-type', 'image/svg+xml').send(await told(async () => stickerSvg(sticker)));
  }

  @Get('machines/:id/sticker.pdf')
  @ApiOperation({ summary: 'The sticker of a machine for a print shop, 90 by 132 mm' })
  @ApiQuery({ name: 'code', required: false, enum: ['scan-first', 'static'], description: 'scan-first by default' })
  async pdf(@Param('id') id: string, @Query('code') code: string | undefined, @Res() reply: FastifyReply) {
    const sticker = await this.sticker(id, code);
    const { stickerPdf } = await drawing.pdf();
    await reply.header('content-type', 'application/pdf').send(await told(async () => stickerPdf(sticker)));
  }

  @Get('stickers.pdf')
  @ApiOperation({ summary: 'The stickers of all machines, four on each sheet of A4' })
  async sheet(@Res() reply: FastifyReply) {
    const { stickerSheet } = await drawing.pdf();
    const sheet = await told(async () => stickerSheet(await this.stickers.all()));
    await reply.header('content-type', 'application/pdf').send(sheet);
  }

  private async sticker(id: string, code: string | undefined): Promise<Sticker> {
    const order = code ?? 'scan-first';
    if (order !== 'scan-first' && order !== 'static') {
      throw new OperatorApiError(400, 'BAD_CODE', 'code must be scan-first or static');
    }
    const sticker = await told(async () => this.stickers.of(id, order));
    if (sticker === null) throw new OperatorApiError(404, 'NO_SUCH_MACHINE', 'there is no such machine');
    return sticker;
  }
}

/** Errors of the fleet become answers here, at the edge. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProvisioningError) throw new OperatorApiError(STATUS[error.code], error.code, error.message);
    if (error instanceof StickerError) {
      throw new OperatorApiError(error.code === 'NO_STATIC_CODE' ? 409 : 422, error.code, error.message);
    }
    throw error;
  }
}
