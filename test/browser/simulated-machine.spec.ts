import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';

import { type Browser, type Page, chromium } from 'playwright-core';

import { type ControlApi, startControlApi } from '#simulated-machine/control-api.js';
import { DEMO_SLOTS } from '#simulated-machine/demo-planogram.js';
import { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import { eventually } from '../support/eventually.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
/** Pictures of what a person saw, for looking at after the run. */
const PICTURES = 'test-results';

describe('the front of simulated machines', () => {
  const machines: SimulatedMachine[] = [];
  let control: ControlApi;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    if (CHROMIUM === undefined)
      throw new Error('there is no Chromium: npm test installs it, or apt-get install chromium');
    await mkdir(PICTURES, { recursive: true });
    for (const name of ['lobby', 'canteen']) {
      const options = { name, slots: DEMO_SLOTS, currency: 'SEK', decimals: 2, dispenseMs: 10 };
      machines.push(await SimulatedMachine.start(options));
    }
    control = await startControlApi(machines, 0);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage({ viewport: { width: 1_000, height: 1_150 } });
    await page.goto(control.url);
    await page.getByText('SIMULATOR').waitFor();
  });

  afterAll(async () => {
    await browser.close();
    await control.close();
    for (const machine of machines) await machine.stop();
  });

  const faultsOf = (name: string) => machines.find((machine) => machine.name === name)?.view().faults;

  it('switches faults on and off, and shows which are on', async () => {
    await page.getByLabel('Silent').check();
    await page.getByLabel('START refused', { exact: false }).first().check();
    await page.getByText('2 on').waitFor();
    await page.screenshot({ path: `${PICTURES}/simulated-machine.png`, fullPage: true });
    expect(faultsOf('lobby')).toMatchObject({ silent: true, refuseStart: 3 });

    await page.getByRole('button', { name: 'All off' }).click();
    await page.getByText('none', { exact: true }).waitFor();
    expect(faultsOf('lobby')).toMatchObject({ silent: false, refuseStart: false });
  });

  it('shows a fault that was switched on elsewhere, with its number', async () => {
    machines[0]?.setFault({ slowAnswerMs: 4_321 });
    await eventually('the page shows it', async () => {
      const shown = await page.getByLabel('Slow answer, ms').inputValue();
      return shown === '4321' ? true : undefined;
    });
    expect(await page.getByLabel('Slow answer', { exact: false }).first().isChecked()).toBe(true);
  });

  it('shows another machine when it is chosen, and sells there for coins', async () => {
    await page.getByLabel('Machine', { exact: true }).selectOption('canteen');
    await page.getByLabel('Cash sale').check();
    await page.getByRole('button', { name: 'Chocolate bar' }).click();
    await page.getByText('Chocolate bar (13), cash').waitFor();
    expect(faultsOf('canteen')).toMatchObject({ cashSale: true });
    expect(faultsOf('lobby')).toMatchObject({ cashSale: false });
  });
});
