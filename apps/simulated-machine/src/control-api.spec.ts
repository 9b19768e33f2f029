import { request } from 'node:http';

import { startControlApi, type ControlApi } from './control-api.js';
import { SimulatedMachine } from './simulated-machine.js';

let machine: SimulatedMachine;
let control: ControlApi;

beforeEach(async () => {
  const slots = [{ selection: 24, priceMinor: 1_200, stock: 1 }];
  machine = await SimulatedMachine.start({ name: 'demo', slots, currency: 'SEK', decimals: 2 });
  control = await startControlApi([machine], 0);
});

afterEach(async () => {
  await control.close();
  await machine.stop();
});

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(control.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

it('shows the machine, and that it is a simulator', async () => {
  const view: unknown = await (await fetch(`${control.url}/machines/demo`)).json();
  expect(view).toMatchObject({
    simulator: true,
    mode: 'INACTIVE',
    slots: [{ selection: 24, stock: 1 }],
    dispensed: [],
  });
  const page = await fetch(control.url);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toContain('SIMULATOR');
});

it('sets faults and takes them away', async () => {
  expect(
    (await post('/machines/demo/faults', { garbage: true, reportedSelection: 65_535, unplugged: true })).status,
  ).toBe(200);
  expect(machine.view()).toMatchObject({
    plugged: false,
    faults: { garbage: true, reportedSelection: 65_535, pieces: false },
  });
  await post('/machines/demo/faults', { reportedSelection: false, unplugged: false });
  expect(machine.view().plugged).toBe(true);
  expect(machine.view().faults.reportedSelection).toBe(false);
});

it('takes presses and scripts', async () => {
  expect((await post('/machines/demo/press', { selection: 24 })).status).toBe(200);
  expect(
    (await post('/machines/demo/script', { steps: [{ press: 24, result: 'jammed' }, { walkAway: true }] })).status,
  ).toBe(200);
  expect((await post('/machines/demo/finish', {})).status).toBe(200);
});

it.each([
  ['a press of nothing', '/machines/demo/press', {}, 400],
  ['an unknown result', '/machines/demo/press', { selection: 24, result: 'exploded' }, 400],
  ['an unknown fault', '/machines/demo/faults', { flood: true }, 400],
  ['what is not JSON', '/machines/demo/press', '{', 400],
  ['an endless body', '/machines/demo/script', `"${'x'.repeat(300_000)}"`, 413],
  ['an unknown button', '/machines/demo/open-door', {}, 404],
])('refuses %s', async (_, path, body, status) => {
  expect((await post(path, body)).status).toBe(status);
});

it('lets no other web page press its buttons', async () => {
  expect((await post('/machines/demo/finish', '{}', { 'content-type': 'text/plain' })).status).toBe(415);
  // A name of the attacker's that leads to this computer; fetch would not send it.
  const status = await new Promise((resolve) => {
    request(`${control.url}/machines/demo`, { headers: { host: 'attacker.example' } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).end();
  });
  expect(status).toBe(403);
});
