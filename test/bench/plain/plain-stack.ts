// The same work as the floor of createPurchase, as most would write it first: Nest (on fastify, which is what is
// installed), `soap` with its own HTTP client and reader, Prisma's model calls with its defaults.
import 'reflect-metadata';

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { Body, Controller, HttpCode, Inject, Injectable, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { PrismaPg } from '@prisma/adapter-pg';
import { IsNumberString, IsString } from 'class-validator';
import { type Client, createClientAsync } from 'soap';

import { PrismaClient } from '#platform/prisma-client/client.js';

import { PROJECT } from '../../crashes/project-folder.js';
import { answering, variable } from '../processes/answering.js';

const WSDL = join(PROJECT, 'dist', 'libs', 'seqr', 'wsdl', 'cashregister-2.wsdl');
const NO_ID = '00000000-0000-0000-0000-000000000000';

class CreatePurchaseBody {
  @IsString() reservationToken!: string;
  @IsNumberString() reservationAmount!: string;
  @IsString() currency!: string;
  @IsString() msisdn!: string;
}

@Injectable()
class Purchases {
  private readonly prisma = new PrismaClient({
    adapter: new PrismaPg({ connectionString: variable('DATABASE_URL') }),
  });

  constructor(@Inject('SEQR') private readonly seqr: Client) {}

  async create(body: CreatePurchaseBody): Promise<string> {
    const id = randomUUID();
    await this.prisma.purchase.create({
      data: {
        id,
        machineId: body.reservationToken,
        lifecycle: 'reserve-first',
        state: 'NEW',
        holdsMachine: true,
        version: 1,
        currency: body.currency,
        offeredMinor: 2000n,
        reservedMinor: 2000n,
        payer: body.msisdn,
        requestKey: '',
        planogramId: NO_ID,
        priceListId: NO_ID,
        details: {},
        eventHead: new Uint8Array(1),
        startedAt: new Date(),
      },
    });
    const [reply] = (await this.seqr['sendInvoiceAsync'](requestOf(id, body))) as [
      { return: { invoiceReference: string } },
    ];
    const { invoiceReference } = reply.return;
    await this.prisma.purchase.update({ where: { id }, data: { state: 'INVOICED', invoiceReference } });
    return invoiceReference;
  }
}

function requestOf(id: string, { reservationAmount: value, currency }: CreatePurchaseBody): object {
  const total = { currency, value };
  return {
    context: {
      channel: 'ClientWebService',
      clientId: 'plain',
      clientReferenceId: id.replaceAll('-', ''),
      clientRequestTimeout: 0,
      initiatorPrincipalId: { id: 'plain', type: 'RESELLERUSER', userId: '9900' },
      password: 'a-password',
    },
    invoice: {
      paymentMode: 'RESERVATION_REQUIRED',
      acknowledgmentMode: 'NO_ACKNOWLEDGMENT',
      issueDate: new Date().toISOString(),
      title: 'plain',
      clientInvoiceId: id.replaceAll('-', ''),
      invoiceRows: { invoiceRow: [{ itemDescription: 'Reserved', itemQuantity: 1, itemTotalAmount: total }] },
      totalAmount: total,
      cashierId: 'plain',
      footer: 'plain',
      notificationUrl: `https://localhost/n/${id}`,
      commitReservationTimeout: 900,
    },
  };
}

@Controller('seqr')
class PlainController {
  constructor(@Inject(Purchases) private readonly purchases: Purchases) {}

  @Post('createPurchase')
  @HttpCode(200)
  async create(@Body() body: CreatePurchaseBody): Promise<{ invoiceReferenceId: string }> {
    return { invoiceReferenceId: await this.purchases.create(body) };
  }
}

@Module({
  controllers: [PlainController],
  providers: [
    Purchases,
    { provide: 'SEQR', useFactory: () => createClientAsync(WSDL, { endpoint: variable('SEQR_SOAP_URL') }) },
  ],
})
class PlainModule {}

const app = await NestFactory.create<NestFastifyApplication>(PlainModule, new FastifyAdapter(), { logger: false });
app.useGlobalPipes(new ValidationPipe({ transform: true }));
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
answering({ url: () => url });
