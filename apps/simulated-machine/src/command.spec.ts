import { command } from './command.js';
import { startControlApi, type ControlApi } from './control-api.js';
import { SimulatedMachine } from './simulated-machine.js';

let machines: SimulatedMachine[];
let control: ControlApi;

beforeEach(async () => {
  const slots = [{ selection: 24, priceMinor: 1_200, stock: 1 }];
  machines = [];
  for (const name of ['one', 'two']) {
    machines.push(await SimulatedMachine.start({ name, slots, currency: 'SEK', decimals: 2 }));
  }
  control = await startControlApi(machines, 0);
});

afterEach(async () => {
  await control.close();
  for (const machine of machines) await machine.stop();
});

const run = (words: string, machine?: string) => command(words.split(' '), { url: control.url, machine });

it('lists the machines as simulators, with what is switched on', async () => {
  await run('fault silent refuseStart=5', 'two');
  const [one, two] = (await run('list')).split('\n');
  expect(one).toMatch(/^SIMULATOR +one +qibixx +INACTIVE +none$/);
  expect(two).toMatch(/^SIMULATOR +two .* silent refuseStart=5$/);
});

it('switches faults of one machine on and off', async () => {
  await run('fault pieces priceOffsetMinor=-50', 'two');
  expect(machines.map((machine) => machine.view().faults.pieces)).toEqual([false, true]);
  expect(machines[1]?.view().faults.priceOffsetMinor).toBe(-50);
  expect(await run('fault pieces=off', 'two')).toContain('faults   priceOffsetMinor=-50');
  expect(await run('clear', 'two')).toContain('faults   none');
});

it('buys with coins and shows the tray', async () => {
  await run('fault cashSale', 'one');
  await run('press 24', 'one');
  await machines[0]?.until(({ dispensed }) => dispensed.length === 1);
  expect(await run('show', 'one')).toMatch(/shelves +24: 0\n +tray +24 \(cash\)/);
});

it('names every fault there is, and what it does', async () => {
  const words = await run('faults');
  for (const name of Object.keys(machines[0]?.view().faults ?? {})) expect(words).toContain(`${name} `);
});

it.each([
  ['show', undefined, 'there are 2 machines'],
  ['show', 'three', 'there is no machine "three"'],
  ['fault flood', 'one', 'there is no fault "flood"'],
  ['fault', 'one', 'fault NAME'],
  ['press chips', 'one', 'press SELECTION'],
  ['open', 'one', 'there is no command "open"'],
])('refuses "%s" for %s in words', async (words, machine, complaint) => {
  await expect(run(words, machine)).rejects.toThrow(complaint);
});

it('says so when no machine answers', async () => {
  await expect(command(['list'], { url: 'http://127.0.0.1:9', machine: undefined })).rejects.toThrow(
    'no simulated machine answers',
  );
});
