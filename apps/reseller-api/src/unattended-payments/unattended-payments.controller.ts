import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Logger } from '#platform/logging.js';
import { Metrics } from '#platform/metrics.js';
import { LOGGER } from '#platform/tokens.js';
import { MoneyError } from '#purchase/money.js';
import { NotificationUrls } from '#purchasing/notification-url.js';
import { PurchaseRunner } from '#purchasing/runner.js';

import { type CreatePurchaseRequest, MalformedRequestError, readCreatePurchase } from './create-purchase.request.js';
import { type CreatePurchaseAnswer, CreatePurchaseService } from './create-purchase.service.js';

/** The payer waits with the phone in hand: after this long the answer is an error, whatever becomes of the purchase. */
const ANSWER_WITHIN_MS = 8_000;
/**
 * Scans under way: as many as there are connections to SEQR, and as many again that wait for their turn. Whoever comes beyond
 * them is told so at once: to wait as well would make everybody's answer late, and those who have paid wait longer for their
 * goods (I32).
 */
export const SCANS_MAX = 128;

@ApiTags('SEQR calls us')
@Controller('seqr')
export class UnattendedPaymentsController {
  private scans = 0;

  constructor(
    @Inject(CreatePurchaseService) private readonly purchases: CreatePurchaseService,
    @Inject(PurchaseRunner) private readonly runner: PurchaseRunner,
    @Inject(NotificationUrls) private readonly urls: NotificationUrls,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post('createPurchase')
  @HttpCode(200)
  @ApiOperation({
    summary: 'A payer scanned a machine: reserve the amount, answer with the invoice',
    description:
      'Takes all of SEQR’s spellings: token, reservationToken or purchaseToken; amount or reservationAmount, as string or number. Always answers 200.',
  })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['reservationToken', 'reservationAmount', 'currency', 'msisdn'],
      properties: {
        reservationToken: { type: 'string', example: 'VR-1001' },
        reservationAmount: { type: 'string', example: '20.00', description: 'exact decimal' },
        currency: { type: 'string', example: 'EUR' },
        msisdn: { type: 'string', example: '46700000001', description: 'digits, no plus' },
      },
    },
  })
  @ApiOkResponse({
    schema: {
      oneOf: [
        { type: 'object', properties: { invoiceReferenceId: { type: 'string' } } },
        {
          type: 'object',
          properties: {
            errorCode: {
              type: 'string',
              enum: ['INSUFFICIENT_FUNDS', 'DEVICE_IN_USE', 'DEVICE_UNAVAILABLE', 'INVOICING_ERROR', 'SYSTEM_ERROR'],
            },
          },
        },
      ],
    },
  })
  async createPurchase(@Req() request: FastifyRequest): Promise<CreatePurchaseAnswer> {
    const answer = this.scans < SCANS_MAX ? await this.timed(request.body) : this.turnAway();
    this.metrics.createPurchaseAnswers.inc({ answer: 'errorCode' in answer ? answer.errorCode : 'invoice' });
    return answer;
  }

  private turnAway(): CreatePurchaseAnswer {
    this.metrics.createPurchaseTurnedAway.inc();
    return { errorCode: 'SYSTEM_ERROR' };
  }

  private async timed(body: unknown): Promise<CreatePurchaseAnswer> {
    const stop = this.metrics.createPurchaseSeconds.startTimer();
    const answer = await this.answer(body);
    stop();
    return answer;
  }

  private async answer(body: unknown): Promise<CreatePurchaseAnswer> {
    let timeout: NodeJS.Timeout | undefined;
    const late = new Promise<CreatePurchaseAnswer>((resolve) => {
      timeout = setTimeout(() => resolve({ errorCode: 'SYSTEM_ERROR' }), ANSWER_WITHIN_MS);
    });
    try {
      const request = readCreatePurchase(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
      return await Promise.race([this.begin(request), late]);
    } catch (error) {
      if (error instanceof MalformedRequestError || error instanceof MoneyError) {
        this.logger.info({ fault: error.message }, 'createPurchase: not a request of the contract');
      } else {
        this.logger.error({ error: String(error) }, 'createPurchase failed');
      }
      return { errorCode: 'SYSTEM_ERROR' };
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Under way until it is done, also when its payer was told something else long before. */
  private async begin(request: CreatePurchaseRequest): Promise<CreatePurchaseAnswer> {
    this.scans += 1;
    try {
      return await this.purchases.create(request);
    } finally {
      this.scans -= 1;
    }
  }

  /** The answer is the same for a purchase, a finished one and a guess: nothing can be learnt here. */
  @Post('notifications/:capability')
  @ApiOperation({ summary: 'SEQR tells that the payer confirmed or declined; empty body, empty answer' })
  @ApiParam({ name: 'capability', description: 'unguessable, one per purchase' })
  async notification(@Param('capability') capability: string, @Res() reply: FastifyReply): Promise<void> {
    const purchaseId = this.urls.purchaseOf(capability);
    try {
      if (purchaseId !== undefined) await this.runner.dispatch(purchaseId, { type: 'NotificationReceived' });
      await reply.code(200).header('cache-control', 'no-store').send();
    } catch (error) {
      // Not durable, so not acknowledged: SEQR may call again, and polling finds out anyway.
      this.logger.error({ error: String(error) }, 'a notification could not be written down');
      await reply.code(503).send();
    }
  }
}
