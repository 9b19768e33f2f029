import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { BODY_BYTES_MAX } from './unattended-payments/create-purchase.request.js';

/** Bodies, errors, console and documentation; before `listen`. */
export async function configureHttps(app: NestFastifyApplication): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
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

/**
 * createPurchase must answer 200 to anything, so nothing is refused before it has been seen: a body is just bytes. One that
 * is too large for its route becomes one that is too long for its reader.
 */
function takeBodiesAsBytes(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, payload, done) => {
    const most = bodyBytesMaxOf(request);
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) return void chunks.push(chunk);
      // Answered at once; what still comes is read and dropped, for as long as a request may take.
      payload.off('data', take).off('end', end).resume();
      done(null, Buffer.alloc(most + 1));
    };
    const end = () => done(null, Buffer.concat(chunks));
    payload
      .on('data', take)
      .once('end', end)
      .once('error', (error) => done(error));
  });
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    // A malformed media type would be refused by Fastify itself; the contract does not ask for any.
    request.headers['content-type'] = 'application/octet-stream';
    done(null, payload);
  });
}

/** Routes that take more than createPurchase say so in their configuration. */
function bodyBytesMaxOf({ routeOptions }: FastifyRequest): number {
  const { bodyBytesMax } = routeOptions.config as { readonly bodyBytesMax?: number };
  return bodyBytesMax ?? BODY_BYTES_MAX;
}

/** Nothing from elsewhere, no scripts but our own; the components bring their styles with them. */
const CONSOLE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** The built console at /console/: its files, and for every other path below it the one page that knows what to show. */
async function serveConsole(fastify: FastifyInstance): Promise<void> {
  const root = consoleFolder();
  if (root === undefined) return;
  await fastify.register(fastifyStatic, {
    root: join(root, 'assets'),
    prefix: '/console/assets/',
    immutable: true,
    maxAge: '1y',
  });
  const page = readFileSync(join(root, 'index.html'));
  const sendPage = (_: FastifyRequest, reply: FastifyReply) =>
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', CONSOLE_POLICY)
      .header('cache-control', 'no-cache')
      .send(page);
  fastify.get('/console', sendPage);
  fastify.get('/console/*', sendPage);
  fastify.get('/', (_, reply) => reply.redirect('/console/'));
}

function consoleFolder(): string | undefined {
  // Beside the compiled program, and as seen from its source.
  const candidates = ['../../../console', '../../../dist/console'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return candidates.find((path) => existsSync(`${path}/index.html`));
}
