import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Plugin, PreviewServer, ViteDevServer } from 'vite';

import { qrLookAlike } from './qr-look-alike.js';
import { World } from './world.js';

/** Not a secret: it opens nothing but this mock. */
const TOKEN = 'demo';
const COOKIE = 'mock-session=open';
const BODY_BYTES_MAX = 2_000;
/** The contract: a comment line every 15 s, so that proxies do not close the stream. */
const COMMENT_EVERY_MS = 15_000;

/** The operators' API on a made-up fleet, for `vite` and `vite preview`, so that the console needs no backend. */
export function mockOperatorsApi(): Plugin {
  const serve = (server: ViteDevServer | PreviewServer) => {
    const world = new World();
    server.middlewares.use((request, response, next) => {
      if (request.url?.startsWith('/api/')) void answer(world, request, response);
      else next();
    });
    server.httpServer?.once('listening', () => {
      const address = server.httpServer?.address();
      const port = typeof address === 'object' && address ? address.port : '';
      server.config.logger.info(`\n  A made-up fleet. Sign in: http://localhost:${port}/console/#token=${TOKEN}`);
    });
  };
  return { name: 'mock-operators-api', configureServer: serve, configurePreviewServer: serve };
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mock');
  const route = `${request.method} ${url.pathname}`;

  if (route === 'POST /api/session') {
    if ((await readBody(request)) !== TOKEN)
      return refuse(response, 401, 'WRONG_TOKEN', 'the token is not the one that was printed');
    response.writeHead(204, { 'set-cookie': `${COOKIE}; Path=/; HttpOnly; SameSite=Strict` }).end();
    return;
  }
  if (!request.headers.cookie?.includes(COOKIE)) return refuse(response, 401, 'NO_SESSION', 'sign in first');
  if (route === 'DELETE /api/session') {
    response.writeHead(204, { 'set-cookie': `${COOKIE}; Path=/; Max-Age=0` }).end();
    return;
  }
  if (request.method !== 'GET') return refuse(response, 405, 'METHOD_NOT_ALLOWED', 'only GET');
  read(world, url, response);
}

function read(world: World, url: URL, response: ServerResponse): void {
  const [, , collection, id, part] = url.pathname.split('/').map(decodeURIComponent);
  if (collection === 'live') return stream(world, response);
  if (collection === 'system') {
    const system = {
      version: '0.1.0',
      now: new Date().toISOString(),
      seqrEndpoint: 'https://localhost:8444/soap/merchant/cashregister-2',
    };
    return give(response, system);
  }
  if (collection === 'machines' && !id) return give(response, world.fleet());
  if (collection === 'machines' && id && part === 'qr.svg') {
    const machine = world.machine(id);
    if (!machine) return refuse(response, 404, 'NO_SUCH_MACHINE', 'there is no such machine');
    response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(qrLookAlike(machine.qrText));
    return;
  }
  if (collection === 'purchases' && !id) {
    const limit = Number(url.searchParams.get('limit') ?? 50);
    if (!Number.isInteger(limit) || limit < 1 || limit > 200)
      return refuse(response, 400, 'BAD_LIMIT', 'limit is from 1 to 200');
    return give(response, world.purchases(url.searchParams.get('machineId'), limit));
  }
  const purchase = collection === 'purchases' && id ? world.purchase(id) : null;
  if (purchase) return give(response, purchase);
  refuse(response, 404, 'NOT_FOUND', 'there is no such thing');
}

function stream(world: World, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': hello\n\n');
  const stop = world.listen((notice) => response.write(`data: ${JSON.stringify(notice)}\n\n`));
  const comments = setInterval(() => response.write(': still here\n\n'), COMMENT_EVERY_MS);
  response.once('close', () => {
    stop();
    clearInterval(comments);
  });
}

/** The token in `{ "token": "..." }`; null for anything else. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > BODY_BYTES_MAX) return null;
  }
  try {
    return (JSON.parse(text) as { token?: unknown }).token;
  } catch {
    return null;
  }
}

function give(response: ServerResponse, view: unknown): void {
  response
    .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(view));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { code, message } }));
}
