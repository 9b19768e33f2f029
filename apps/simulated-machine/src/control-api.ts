import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { z } from 'zod';

import { PRESS_RESULTS, STEPS_MAX } from './buyer.js';
import { describeFault, FAULT_NAMES, FAULTS, NO_FAULTS } from './faults.js';
import { FRONT_PAGE } from './front-page.js';
import type { MachineView } from './machine-view.js';
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
const faultsBody = z.strictObject(
  Object.fromEntries(
    FAULT_NAMES.map((name) => {
      const { number } = describeFault(name);
      const on = number === undefined ? z.literal(true) : z.int().min(number.min).max(number.max);
      return [name, z.union([z.literal(false), on]).optional()];
    }),
  ),
);

class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Handler = (machine: SimulatedMachine, body: unknown) => void | Promise<void>;

const BUTTONS: Readonly<Record<string, Handler>> = {
  press: (machine, body) => {
    const { selection, result } = pressBody.parse(body);
    machine.press(selection, result);
  },
  finish: (machine) => machine.finish(),
  script: (machine, body) => machine.scriptBuyer(scriptBody.parse(body).steps),
  faults: (machine, body) => machine.setFault(faultsBody.parse(body)),
  'no-faults': (machine) => machine.setFault(NO_FAULTS),
  reset: (machine) => machine.reset(),
  'power-cut': (machine) => machine.powerCut(),
};

export interface ControlApi {
  readonly url: string;
  close(): Promise<void>;
}

/** Buttons for people (the page at `/`) and tests (JSON below `/machines`). Only this computer reaches it. */
export async function startControlApi(machines: readonly SimulatedMachine[], port: number): Promise<ControlApi> {
  const byName = new Map(machines.map((machine) => [machine.name, machine]));
  const server = createServer((request, response) => {
    answer(byName, request, response).catch((error: unknown) => {
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

async function answer(
  machines: ReadonlyMap<string, SimulatedMachine>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://machine');
  refuseStrangers(request);
  if (request.method === 'GET' && pathname === '/') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    response.end(FRONT_PAGE);
    return;
  }
  if (request.method === 'GET' && pathname === '/faults') return sendJson(response, 200, FAULTS);
  if (request.method === 'GET' && pathname === '/machines') {
    return sendJson(
      response,
      200,
      [...machines.values()].map((machine) => summaryOf(machine.view())),
    );
  }
  const [, , name = '', button, ...rest] = pathname.split('/');
  const machine = pathname.startsWith('/machines/') && rest.length === 0 ? machines.get(name) : undefined;
  if (machine === undefined) throw new HttpError(404, 'not found');
  if (button === undefined && request.method === 'GET') return sendJson(response, 200, machine.view());
  const handler = button !== undefined && Object.hasOwn(BUTTONS, button) ? BUTTONS[button] : undefined;
  if (handler === undefined) throw new HttpError(404, 'not found');
  if (request.method !== 'POST') throw new HttpError(405, 'POST only');
  await handler(machine, await readBody(request));
  sendJson(response, 200, machine.view());
}

/** One line of the list; a machine's shelves and tray are its own page. */
function summaryOf({ slots: _, dispensed, ...view }: MachineView) {
  return { ...view, dispensed: dispensed.length };
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
