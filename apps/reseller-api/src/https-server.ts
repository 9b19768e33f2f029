import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';

import { BODY_BYTES_MAX } from './unattended-payments/create-purchase.request.js';

/** A sender that keeps on sending after its body was refused is cut off here. */
const DISCARD_BYTES_MAX = 1_048_576;

/** Stands for a body that was too large: longer than any reader takes. */
const TOO_LARGE = Buffer.alloc(BODY_BYTES_MAX + 1);

/** Bodies, errors, console and documentation; before `listen`. */
export async function configureHttps(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  takeBodiesAsBytes(fastify);
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    void reply.header('referrer-policy', 'no-referrer').header('x-content-type-options', 'nosniff');
    done(null, payload);
  });
  await serveConsole(fastify);
  const document = new DocumentBuilder()
    .setTitle('Vendrail reseller API')
    .setDescription('What SEQR calls, and what the operators’ console reads.')
    .setVersion('0.1.0')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document));
}

/** createPurchase must answer 200 to anything, so nothing is refused before it has been seen: a body is just bytes. */
function takeBodiesAsBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    const chunks: Buffer[] = [];
    let length = 0;
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_BYTES_MAX) chunks.push(chunk);
      else if (length > DISCARD_BYTES_MAX) payload.destroy();
    });
    payload.once('end', () => done(null, length <= BODY_BYTES_MAX ? Buffer.concat(chunks) : TOO_LARGE));
    payload.once('error', (error) => done(error));
  });
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    // A malformed media type would be refused by Fastify itself; the contract does not ask for any.
    request.headers['content-type'] = 'application/octet-stream';
    done(null, payload);
  });
}

/** The built console at /console/, every path of it the same page. */
async function serveConsole(fastify: FastifyInstance): Promise<void> {
  const root = consoleFolder();
  if (root === undefined) return;
  await fastify.register(fastifyStatic, {
    root,
    prefix: '/console/',
    decorateReply: false,
    setHeaders: (reply) => {
      void reply.header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
      );
    },
    wildcard: false,
  });
  const page = readFileSync(`${root}/index.html`);
  const sendPage = (_: unknown, reply: import('fastify').FastifyReply) =>
    reply.header('content-type', 'text/html; charset=utf-8').send(page);
  for (const path of ['/console', '/console/purchases', '/console/purchases/:id', '/console/machines/:id']) {
    fastify.get(path, sendPage);
  }
  fastify.get('/', (_, reply) => reply.redirect('/console/'));
}

function consoleFolder(): string | undefined {
  // Beside the compiled program, and as seen from its source.
  const candidates = ['../../../console', '../../../dist/console'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return candidates.find((path) => existsSync(`${path}/index.html`));
}
