import { mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';

import { type Browser, type Page, chromium } from 'playwright-core';

import { TestSystem } from '../support/test-system.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
/** Pictures of what a person saw, for looking at after the run. */
const PICTURES = 'test-results';

describe('the operator console in a browser', () => {
  let system: TestSystem;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    system = await TestSystem.start();
    if (CHROMIUM === undefined)
      throw new Error('there is no Chromium: npm test installs it, or apt-get install chromium');
    await mkdir(PICTURES, { recursive: true });
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    });
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.on('pageerror', (error) => errors.push(error.message));
  });

  afterAll(async () => {
    await browser.close();
    await system.stop();
  });

  it('asks for the token, and opens with the link that the server prints', async () => {
    await page.goto(`${system.local.baseUrl}/console/`);
    await page.getByLabel(/token/i).waitFor();

    await page.goto(system.local.consoleUrl);
    await page.getByText('Central Station, platform 3').first().waitFor();
    expect(page.url()).not.toContain('token');
  });

  it('shows a purchase as it happens, from the scan to the commit', async () => {
    const reference = await system.scan([{ press: 11 }, { press: 12 }, { finish: true }]);
    const [purchase] = await system.query<{ id: string }>('SELECT id FROM purchases WHERE invoice_reference = $1', [
      reference,
    ]);
    await page.goto(`${system.local.baseUrl}/console/purchases/${purchase?.id}`);
    await page.getByText('QR code scanned').first().waitFor();
    expect(await page.getByText('Machine unlocked').count()).toBe(0);

    system.confirm(reference);

    for (const line of [
      'Machine unlocked',
      'Still water 0.5 l dispensed',
      'Reservation committed',
      '3.70 EUR charged',
      'Receipt sent',
    ]) {
      await page.getByText(line).first().waitFor();
    }
    await page.screenshot({ path: `${PICTURES}/purchase.png`, fullPage: true });
    await system.ended(reference);
  });

  it('shows the fleet with what each machine is doing', async () => {
    await page.goto(`${system.local.baseUrl}/console/`);
    await page.getByText('Ice arena, entrance B').first().waitFor();
    await page.screenshot({ path: `${PICTURES}/fleet.png`, fullPage: true });

    expect(await page.getByText(/SIMULATED/i).count()).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });
});
