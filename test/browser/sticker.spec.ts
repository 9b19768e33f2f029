import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';

import { type Browser, type Page, chromium } from 'playwright-core';

import { QR_SIDE } from '#fleet/sticker/qr-modules.js';
import { STICKER_HEIGHT, STICKER_WIDTH, type Sticker, stickerDrawing } from '#fleet/sticker/sticker.js';
import { stickerSvg } from '#fleet/sticker/sticker-svg.js';

import { readQr } from '../support/qr-reader.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
/** Pictures of what a person saw, for looking at after the run. */
const PICTURES = 'test-results';
const PIXELS_PER_MM = 8;

const STICKER: Sticker = {
  machineId: 'helsinki-central-1',
  name: 'Central Station, platform 3',
  location: 'Helsinki',
  qrText: '',
  order: 'scan-first',
  contact: 'Questions? +358 40 123 4567',
};

describe('a sticker, seen by a camera', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    if (CHROMIUM === undefined)
      throw new Error('there is no Chromium: npm test installs it, or apt-get install chromium');
    await mkdir(PICTURES, { recursive: true });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage();
  });

  afterAll(() => browser.close());

  /** The colour at the middle of each module, as it was painted: true for dark. */
  async function painted(sticker: Sticker): Promise<boolean[][]> {
    const code = stickerDrawing(sticker).shapes.find((shape) => shape.kind === 'code');
    if (code === undefined) throw new Error('there is no code');
    const middles = Array.from({ length: QR_SIDE }, (_, y) =>
      Array.from({ length: QR_SIDE }, (__, x) => ({
        x: (code.x + (x + 0.5) * code.module) * PIXELS_PER_MM,
        y: (code.y + (y + 0.5) * code.module) * PIXELS_PER_MM,
      })),
    );
    const svg = Buffer.from(stickerSvg(sticker)).toString('base64');
    const [width, height] = [STICKER_WIDTH * PIXELS_PER_MM, STICKER_HEIGHT * PIXELS_PER_MM];
    return page.evaluate<boolean[][]>(`(async () => {
      const image = new Image(${width}, ${height});
      image.src = 'data:image/svg+xml;base64,${svg}';
      await image.decode();
      const context = new OffscreenCanvas(${width}, ${height}).getContext('2d');
      context.drawImage(image, 0, 0, ${width}, ${height});
      const isDark = ({ x, y }) => context.getImageData(x, y, 1, 1).data[0] < 128;
      return ${JSON.stringify(middles)}.map((row) => row.map(isDark));
    })()`);
  }

  it.each([
    ['the scan', 'HTTP://SEQR.SE/000/ups?w=vendrail-demo&t=VR-1001'],
    ['the longest text', 'HTTP://SEQR.SE/000/ups?w=vendrail-demo&t=aB3456789'],
    ['the static code', 'HTTP://SEQR.SE/Qvendraildemohelsinkicentral1'],
    ['a text of digits and capitals', 'HTTP://SEQR.SE/Q0123456789012345678901234567890123'],
  ])('reads as %s, letter by letter', async (_, qrText) => {
    expect(readQr(await painted({ ...STICKER, qrText }))).toBe(qrText);
  });

  it('is one that an operator would stick on a machine', async () => {
    const qrText = 'HTTP://SEQR.SE/000/ups?w=vendrail-demo&t=VR-1001';
    await page.setContent(stickerSvg({ ...STICKER, qrText }));
    const words = await page.locator('text').allTextContents();
    await page.locator('svg').screenshot({ path: `${PICTURES}/sticker.png` });

    expect(words.join(' ')).toBe(
      'Pay with your phone SEQR 1 Scan this code with the SEQR app 2 Confirm with your PIN, nothing paid yet 3 Choose and pay only for what comes out Central Station, platform 3 Helsinki · helsinki-central-1 Questions? +358 40 123 4567',
    );
  });
});
