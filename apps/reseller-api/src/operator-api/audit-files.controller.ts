import { Readable } from 'node:stream';

import { Controller, Get, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AuditFileError } from '#dex/audit-file-error.js';
import { type AuditFileDetails, type AuditFileView, AuditFileViews } from '#dex/audit-file-views.js';
import { AuditFiles, type Upload } from '#dex/audit-files.js';
import { AuditRefusalError, type AuditRefusalCode } from '#dex/audit-refusal-error.js';
import { AUDIT_FILE_BYTES_MAX } from '#dex/segments.js';
import { momentOf, readerOf } from '#dex/upload-text.js';

import { auditReport } from './audit-report-csv.js';
import { OperatorApiError } from './operator-api-error.js';
import { OperatorSessions } from './operator-session.js';
import { UUID, limitOf } from './request-reading.js';

const STATUS: Readonly<Record<AuditRefusalCode, number>> = {
  NO_SUCH_MACHINE: 404,
  WRONG_MACHINE: 422,
  WRONG_CURRENCY: 422,
  READ_IN_THE_FUTURE: 400,
};

/** What machines counted themselves, against what was charged. */
@ApiTags('Operators')
@Controller('api')
@UseGuards(OperatorSessions)
export class AuditFilesController {
  constructor(
    @Inject(AuditFiles) private readonly files: AuditFiles,
    @Inject(AuditFileViews) private readonly views: AuditFileViews,
  ) {}

  @Post('machines/:id/audit-files')
  @RouteConfig({ bodyBytesMax: AUDIT_FILE_BYTES_MAX })
  @ApiConsumes('text/plain')
  @ApiOperation({ summary: 'Keeps an audit file (EVA-DTS) of a machine and compares it with the one before' })
  @ApiQuery({ name: 'readAt', required: false, description: 'when the machine was read: 2026-11-21T14:05:00Z' })
  @ApiQuery({ name: 'reader', required: false, description: 'which cashless reader is ours: 1 (DA) or 2 (DB)' })
  @ApiQuery({
    name: 'serial',
    required: false,
    description: 'the machine’s new serial number, after its board changed',
  })
  @ApiResponse({ status: 201, description: 'AuditFileDetails: it is kept' })
  @ApiResponse({ status: 200, description: 'AuditFileDetails: this very file was kept before' })
  @ApiResponse({ status: 413, description: 'TOO_LARGE' })
  @ApiResponse({ status: 422, description: 'it is not whole, no audit file, or not of this machine: nothing is kept' })
  async upload(
    @Param('id') machineId: string,
    @Query('readAt') readAt: string | undefined,
    @Query('reader') reader: string | undefined,
    @Query('serial') serial: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditFileDetails> {
    const upload: Upload = { by: 'operator', readAt: readAtOf(readAt), reader: namedReaderOf(reader), serial };
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const { id, isNew } = await told(() => this.files.take(machineId, body, upload));
    void reply.status(isNew ? 201 : 200);
    return this.one(machineId, id);
  }

  @Get('machines/:id/audit-files')
  @ApiOperation({ summary: 'The audit files of a machine with what each came to, last read first' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 200, 50 by default' })
  async list(@Param('id') machineId: string, @Query('limit') limit?: string): Promise<AuditFileView[]> {
    const files = await this.views.list(machineId, limitOf(limit));
    if (files === null) throw new OperatorApiError(404, 'NO_SUCH_MACHINE', 'there is no such machine');
    return files;
  }

  @Get('machines/:id/audit-files/:fileId.txt')
  @ApiOperation({ summary: 'An audit file as it came' })
  async content(
    @Param('id') machineId: string,
    @Param('fileId') id: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const content = UUID.test(id) ? await this.views.content(machineId, id) : null;
    if (content === null) throw noSuchFile();
    await reply
      .header('content-type', 'text/plain; charset=iso-8859-1')
      .header('content-disposition', `attachment; filename="audit-${id}.txt"`)
      .send(Buffer.from(content));
  }

  @Get('machines/:id/audit-files/:fileId')
  @ApiOperation({ summary: 'One audit file: what it says, and its comparison with the one before' })
  async one(@Param('id') machineId: string, @Param('fileId') id: string): Promise<AuditFileDetails> {
    const file = UUID.test(id) ? await this.views.one(machineId, id) : null;
    if (file === null) throw noSuchFile();
    return file;
  }

  @Get('audit-files.csv')
  @ApiOperation({ summary: 'All comparisons of the fleet, as CSV; without simulated machines' })
  async report(@Res() reply: FastifyReply): Promise<void> {
    await reply
      .header('content-type', 'text/csv; charset=utf-8; header=present')
      .header('content-disposition', 'attachment; filename="audit-files.csv"')
      .send(Readable.from(auditReport(this.views)));
  }
}

/** Errors of audit files become answers here, at the edge. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuditRefusalError) throw new OperatorApiError(STATUS[error.code], error.code, error.message);
    if (error instanceof AuditFileError) {
      throw new OperatorApiError(error.code === 'TOO_LARGE' ? 413 : 422, error.code, error.message);
    }
    throw error;
  }
}

function noSuchFile(): OperatorApiError {
  return new OperatorApiError(404, 'NO_SUCH_AUDIT_FILE', 'this machine has no such audit file');
}

function readAtOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = momentOf(text);
  if (at === null) throw new OperatorApiError(400, 'BAD_READ_AT', 'readAt must be like 2026-11-21T14:05:00Z');
  return at;
}

function namedReaderOf(text: string | undefined): 1 | 2 | undefined {
  if (text === undefined) return undefined;
  const reader = readerOf(text);
  if (reader === null) throw new OperatorApiError(400, 'BAD_READER', 'reader must be 1 or 2');
  return reader;
}
