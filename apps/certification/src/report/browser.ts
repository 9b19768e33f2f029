import { existsSync } from 'node:fs';

import type { Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** There is no browser to print or to take pictures with; the message says what to install. */
export class NoBrowserError extends Error {
  override readonly name = 'NoBrowserError';
}

/** @throws NoBrowserError */
export async function withBrowser<T>(
  chromiumPath: string | undefined,
  work: (browser: Browser) => Promise<T>,
): Promise<T> {
  const executablePath = [...(chromiumPath === undefined ? PLACES : [chromiumPath])].find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new NoBrowserError('there is no Chromium: apt-get install chromium, or set CHROMIUM_PATH to one');
  // Only here, and only when asked for: a server's installation has no development packages.
  const { chromium } = await import('playwright-core').catch(() => {
    throw new NoBrowserError('the package playwright-core is not installed: npm install --include=dev');
  });
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
