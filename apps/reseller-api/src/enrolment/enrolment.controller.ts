import { Controller, HttpCode, HttpException, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { PASSWORD_PATTERN } from '#fleet/link/credentials.js';
import { LinkStore } from '#fleet/link/link-store.js';
import { LINK_KEY_PATTERN } from '#machine-protocol/signature.js';
import type { Logger } from '#platform/logging.js';
import { LOGGER } from '#platform/tokens.js';

import { WrongCodes } from './wrong-codes.js';

const enrolment = z.strictObject({
  code: z.string().max(40),
  password: z.string().regex(PASSWORD_PATTERN),
  key: z.string().regex(LINK_KEY_PATTERN),
  /** The bridge has the credentials before these, and may run on with them for some minutes. */
  keepPrevious: z.boolean(),
});

/** What firmware-bridge/src/enrol.ts calls: a code that an operator was shown, for credentials. */
@ApiTags('Bridges')
@Controller('bridge')
export class EnrolmentController {
  constructor(
    @Inject(LinkStore) private readonly links: LinkStore,
    @Inject(WrongCodes) private readonly wrong: WrongCodes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post('enrol')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Gives a machine the credentials that its bridge has made',
    description: '{code, password, key, keepPrevious}. 200 {machineId}; 400 no such body; 403 no such code; 429 wait',
  })
  async enrol(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    void reply.header('cache-control', 'no-store');
    if (this.wrong.tooMany(request.ip)) throw refusal(429, 'TOO_MANY_WRONG_CODES');
    const given = bodyOf(request.body);
    if (given === undefined) throw refusal(400, 'NOT_AN_ENROLMENT');
    const { code, password, key, keepPrevious } = given;
    const machineId = await this.links.redeem(code, { password, key }, keepPrevious ? 'keep-previous' : 'at-once');
    if (machineId === null) {
      this.wrong.add(request.ip);
      this.logger.warn({ address: request.ip }, 'an enrolment code does not count');
      throw refusal(403, 'NO_SUCH_CODE');
    }
    this.logger.info({ machineId }, 'a machine was enrolled');
    return { machineId };
  }
}

function bodyOf(body: unknown): z.infer<typeof enrolment> | undefined {
  try {
    return enrolment.safeParse(JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '')).data;
  } catch {
    return undefined;
  }
}

function refusal(status: number, error: string): HttpException {
  return new HttpException({ error }, status);
}
