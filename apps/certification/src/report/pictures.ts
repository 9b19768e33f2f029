import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { withBrowser } from './browser.js';
import { localTime, type Picture } from './report.js';

/** More pictures make no set-up clearer. */
const PICTURES_MAX = 12;
/** A page that takes longer to show its content is broken. */
const PAGE_WITHIN_MS = 15_000;

const MEDIA_TYPES: Readonly<Record<string, Picture['mediaType']>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/** The pictures of a folder, by name. @param origin where they come from, for the captions. @throws Error when there is no such folder */
export async function picturesOf(folder: string, origin: string, isWanted = /./): Promise<Picture[]> {
  const names = (await readdir(folder)).filter((name) => extname(name) in MEDIA_TYPES && isWanted.test(name));
  const pictures: Picture[] = [];
  for (const name of names.sort().slice(0, PICTURES_MAX)) {
    const mediaType = MEDIA_TYPES[extname(name)];
    if (mediaType === undefined) continue;
    const subject = name.slice(0, -extname(name).length).replaceAll('-', ' ');
    const caption = `${subject.slice(0, 1).toUpperCase()}${subject.slice(1)}. ${origin}`;
    pictures.push({ mediaType, bytes: await readFile(join(folder, name)), caption });
  }
  return pictures;
}

/** What the sandbox has of this run, as its page shows it: the terminals that were set up, and the calls. */
export function picturesOfSandbox(url: string, chromiumPath: string | undefined): Promise<Picture[]> {
  return withBrowser(chromiumPath, async (browser) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PAGE_WITHIN_MS);
    await page.goto(url);
    const pictures: Picture[] = [];
    for (const part of ['Terminals', 'Calls']) {
      await page.locator(`#tab-${part}`).click();
      const caption = `The sandbox’s book of this run: ${part.toLowerCase()}, ${localTime(new Date())}`;
      pictures.push({ mediaType: 'image/png', bytes: await page.screenshot(), caption });
    }
    return pictures;
  });
}

/** Takes pictures of a running operator console: the fleet, its first machine, the purchases. @param url with #token=… */
export function picturesOfConsole(url: string, chromiumPath: string | undefined): Promise<Picture[]> {
  return withBrowser(chromiumPath, async (browser) => {
    // The console of npm start has a certificate of its own.
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(PAGE_WITHIN_MS);
    const take = async (subject: string): Promise<Picture> => {
      const { host } = new URL(url);
      const caption = `${subject}. Taken from the running console at ${host}, ${localTime(new Date())}`;
      return { mediaType: 'image/png', bytes: await page.screenshot(), caption };
    };
    await page.goto(url);
    const machines = page.locator('a[href*="/machines/"]');
    await machines.first().waitFor();
    // One at work shows more of the set-up.
    const atWork = page.locator('li', { hasText: 'can sell' }).locator('a[href*="/machines/"]');
    const machine = ((await atWork.count()) > 0 ? atWork : machines).first();
    const fleet = await take('Console: the fleet');
    await machine.click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle').catch(() => undefined);
    const machinePage = await take('Console: a machine');
    await page.goto(new URL('/console/purchases', url).href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return [fleet, machinePage, await take('Console: purchases')];
  });
}
