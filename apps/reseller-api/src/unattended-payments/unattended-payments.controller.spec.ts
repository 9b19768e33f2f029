import type { FastifyRequest } from 'fastify';

import type { Logger } from '#platform/logging.js';
import { Metrics } from '#platform/metrics.js';
import type { NotificationUrls } from '#purchasing/notification-url.js';
import type { PurchaseRunner } from '#purchasing/runner.js';

import type { CreatePurchaseAnswer, CreatePurchaseService } from './create-purchase.service.js';
import { UnattendedPaymentsController, SCANS_MAX } from './unattended-payments.controller.js';

const INVOICE = { invoiceReferenceId: '1' };
const body = Buffer.from(
  JSON.stringify({
    reservationToken: 'VR-1001',
    reservationAmount: '20.00',
    currency: 'EUR',
    msisdn: '46700000001',
  }),
);

/** A server whose payers are answered when the test says so. */
function setUp() {
  const begun: ((answer: CreatePurchaseAnswer) => void)[] = [];
  const purchases = {
    create: () => new Promise<CreatePurchaseAnswer>((resolve) => begun.push(resolve)),
  } as Partial<CreatePurchaseService> as CreatePurchaseService;
  const metrics = new Metrics();
  const controller = new UnattendedPaymentsController(
    purchases,
    {} as PurchaseRunner,
    {} as NotificationUrls,
    metrics,
    {} as Logger,
  );
  return { begun, metrics, scan: () => controller.createPurchase({ body } as FastifyRequest) };
}

it('tells the payer beyond 128 at once that there are too many, and takes the next one in when one of them is done', async () => {
  const { begun, metrics, scan } = setUp();
  const waiting = Array.from({ length: SCANS_MAX }, scan);

  expect(await scan()).toEqual({ errorCode: 'SYSTEM_ERROR' });
  expect(begun).toHaveLength(SCANS_MAX);
  expect(await metrics.registry.metrics()).toContain('vendrail_create_purchase_turned_away_total 1');

  begun[0]?.(INVOICE);
  expect(await waiting[0]).toEqual(INVOICE);
  const next = scan();
  begun.slice(1).forEach((answer) => answer(INVOICE));
  expect(await Promise.all([...waiting, next])).toHaveLength(SCANS_MAX + 1);
  expect(await Promise.all([...waiting, next])).not.toContainEqual({ errorCode: 'SYSTEM_ERROR' });
});
