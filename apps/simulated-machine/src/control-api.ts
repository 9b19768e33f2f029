import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { z } from 'zod';

import { PRESS_RESULTS, STEPS_MAX } from './buyer.js';
import { FRONT_PAGE } from './front-page.js';
import type { SimulatedMachine } from './simulated-machine.js';

/** A script of a thousand steps fits; nothing else that is sent here is near it. */
const BODY_MAX = 262_144;

const selection = z.int().min(0).max(65_535);
const milliseconds = z.int().min(0).max(600_000);
const result = z.enum(PRESS_RESULTS).optional();

const pressBody = z.strictObject({ selection, result });
const scriptBody = z.strictObject({
  steps: z
    .array(
      z.union([
        z.strictObject({
          press: selection,
          result,
          afterMs: milliseconds.optional(),
          resultAfterMs: milliseconds.optional(),
        }),
        z.strictObject({ finish: z.literal(true) }),
        z.strictObject({ walkAway: z.literal(true) }),
      ]),
    )
    .max(STEPS_MAX),
});
const faultsBody = z.strictObject({
  pieces: z.boolean().optional(),
  joined: z.boolean().optional(),
  garbage: z.boolean().optional(),
  duplicateStatus: z.boolean().optional(),
  silent: z.boolean().optional(),
  refuseStart: z.int().min(0).max(1_000).optional(),
  priceOffsetMinor: z.int().min(-1_000_000).max(1_000_000).optional(),
  /** Null takes the fault away. */
  reportedSelection: selection.nullable().optional(),
  unplugged: z.boolean().optional(),
  outOfService: z.boolean().optional(),
});

class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Handler = (machine: SimulatedMachine, body: unknown) => void | Promise<void>;

const POSTS: Readonly<Record<string, Handler>> = {
  '/machine/press': (machine, body) => {
    const { selection, result } = pressBody.parse(body);
    machine.press(selection, result);
  },
  '/machine/finish': (machine) => machine.finish(),
  '/machine/script': (machine, body) => machine.scriptBuyer(scriptBody.parse(body).steps),
  '/machine/faults': async (machine, body) => {
    const { unplugged, outOfService, reportedSelection, ...faults } = faultsBody.parse(body);
    const given = Object.fromEntries(Object.entries(faults).filter(([, value]) => value !== undefined));
    machine.setFault(given);
    if (reportedSelection !== undefined) machine.setFault({ reportedSelection: reportedSelection ?? undefined });
    if (outOfService !== undefined) machine.setOutOfService(outOfService);
    if (unplugged === true) await machine.unplug();
    if (unplugged === false) machine.replug();
  },
  '/machine/reset': (machine) => machine.reset(),
  '/machine/power-cut': (machine) => machine.powerCut(),
};

export interface ControlApi {
  readonly url: string;
  close(): Promise<void>;
}

/** Buttons for people (the page at `/`) and tests (the JSON below `/machine`). Only this computer reaches it. */
export async function startControlApi(machine: SimulatedMachine, port: number): Promise<ControlApi> {
  const server = createServer((request, response) => {
    answer(machine, request, response).catch((error: unknown) => {
      const status = error instanceof HttpError ? error.status : error instanceof z.ZodError ? 400 : 500;
      const message = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      sendJson(response, status, { error: message });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${bound}`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function answer(machine: SimulatedMachine, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://machine');
  refuseStrangers(request);
  if (request.method === 'GET' && pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(FRONT_PAGE);
    return;
  }
  if (request.method === 'GET' && pathname === '/machine') return sendJson(response, 200, machine.view());
  const handler = Object.hasOwn(POSTS, pathname) ? POSTS[pathname] : undefined;
  if (handler === undefined) throw new HttpError(404, 'not found');
  if (request.method !== 'POST') throw new HttpError(405, 'POST only');
  await handler(machine, await readBody(request));
  sendJson(response, 200, machine.view());
}

/** A page of another site in the same browser must not press buttons: neither by a name that leads here, nor a form. */
function refuseStrangers({ headers, method }: IncomingMessage): void {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? ''))
    throw new HttpError(403, 'only from this computer');
  if (method === 'POST' && headers['content-type'] !== 'application/json') {
    throw new HttpError(415, 'content-type: application/json');
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > BODY_MAX) throw new HttpError(413, `at most ${BODY_MAX} characters`);
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new HttpError(400, 'not JSON');
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
