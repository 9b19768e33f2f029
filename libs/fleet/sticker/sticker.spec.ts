import { inflateSync } from 'node:zlib';

import fc from 'fast-check';
import { create } from 'qrcode';

import { QR_SIDE, qrRuns } from './qr-modules.js';
import { qrTextOf, staticQrText } from './qr-texts.js';
import { STICKER_HEIGHT, STICKER_WIDTH, type Sticker, stickerDrawing } from './sticker.js';
import { stickerPdf, stickerSheet } from './sticker-pdf.js';
import { stickerSvg } from './sticker-svg.js';

const STICKER: Sticker = {
  machineId: 'helsinki-central-1',
  name: 'Central Station, platform 3',
  location: 'Helsinki',
  qrText: 'HTTP://SEQR.SE/000/ups?w=vendrail-demo&t=VR-1001',
  order: 'scan-first',
  contact: 'Questions? +358 40 123 4567',
};

/** The modules that rectangles cover, row by row. */
function modulesOf(rectangles: readonly { x: number; y: number; length: number }[]): boolean[][] {
  const rows = Array.from({ length: QR_SIDE }, () => Array.from({ length: QR_SIDE }, () => false));
  for (const { x, y, length } of rectangles) rows[y]?.fill(true, x, x + length);
  return rows;
}

function expectedModules(text: string): boolean[][] {
  const { modules, version } = create(text, { version: 4, errorCorrectionLevel: 'M' });
  expect(version).toBe(4);
  return Array.from({ length: QR_SIDE }, (_, y) => Array.from({ length: QR_SIDE }, (__, x) => modules.get(y, x) === 1));
}

/** What the pages of a PDF draw. */
function contentOf(pdf: Buffer): string {
  const text = pdf.toString('latin1');
  const streams = [...text.matchAll(/<<([^>]*)>>\s*stream\r?\n([^]*?)\r?\nendstream/g)];
  return streams
    .filter(([, dictionary = '']) => dictionary.includes('FlateDecode') && !dictionary.includes('Length1'))
    .map(([, , stream = '']) => inflateSync(Buffer.from(stream, 'latin1')).toString('latin1'))
    .filter((content) => / re\b/.test(content))
    .join('\n');
}

/** The rectangles of the code in a PDF, back in modules. */
function rectanglesOf(content: string): { x: number; y: number; length: number }[] {
  const drawn = [...content.matchAll(/^(\S+) (\S+) (\S+) (\S+) re$/gm)].map((match) => match.slice(1).map(Number));
  const side = drawn[0]?.[3] ?? 0;
  const left = Math.min(...drawn.map(([x = 0]) => x));
  const top = Math.min(...drawn.map(([, y = 0]) => y));
  return drawn.map(([x = 0, y = 0, width = 0, height = 0]) => {
    expect(height).toBeCloseTo(side, 3);
    return { x: Math.round((x - left) / side), y: Math.round((y - top) / side), length: Math.round(width / side) };
  });
}

describe('a sticker', () => {
  it('bears the code of its text, version 4 and level M, in the SVG', () => {
    const path = /<path [^>]* d="([^"]+)"/.exec(stickerSvg(STICKER))?.[1] ?? '';
    const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map((match) => match.slice(1).map(Number));

    expect(runs.every(([, , there, back]) => there === back)).toBe(true);
    expect(modulesOf(runs.map(([x = 0, y = 0, length = 0]) => ({ x, y, length })))).toEqual(
      expectedModules(STICKER.qrText),
    );
  });

  it('bears the same code in the PDF, in vectors', async () => {
    const pdf = await stickerPdf(STICKER);

    expect(modulesOf(rectanglesOf(contentOf(pdf)))).toEqual(expectedModules(STICKER.qrText));
    expect(pdf.toString('latin1')).not.toContain('/Subtype /Image');
  });

  it('has its true size in both, and its fonts within the PDF', async () => {
    const pdf = (await stickerPdf(STICKER)).toString('latin1');
    const [, width, height] = /\/MediaBox \[0 0 (\S+) (\S+)\]/.exec(pdf) ?? [];

    expect((Number(width) / 72) * 25.4).toBeCloseTo(STICKER_WIDTH, 2);
    expect((Number(height) / 72) * 25.4).toBeCloseTo(STICKER_HEIGHT, 2);
    expect(stickerSvg(STICKER)).toContain(`width="${STICKER_WIDTH}mm" height="${STICKER_HEIGHT}mm"`);
    expect(pdf.match(/\/FontFile2/g)).toHaveLength(2);
  });

  it('leaves four modules of white around the code', () => {
    const { shapes } = stickerDrawing(STICKER);
    const code = shapes.find((shape) => shape.kind === 'code');
    if (code === undefined) throw new Error('there is no code');
    const quiet = 4 * code.module;
    const left = code.x - quiet;
    const right = code.x + QR_SIDE * code.module + quiet;
    const top = code.y - quiet;
    const bottom = code.y + QR_SIDE * code.module + quiet;

    const inTheWay = shapes.filter((shape) => {
      if (shape.kind === 'code' || (shape.kind === 'box' && shape.fill === '#ffffff')) return false;
      const x = shape.kind === 'text' && shape.anchor === 'middle' ? shape.x - shape.width / 2 : shape.x;
      const y = shape.kind === 'text' ? shape.y - shape.size : shape.y;
      const height = shape.kind === 'text' ? shape.size : shape.height;
      return x < right && x + shape.width > left && y < bottom && y + height > top;
    });
    expect(left).toBeGreaterThan(0);
    expect(right).toBeLessThan(STICKER_WIDTH);
    expect(inTheWay).toEqual([]);
  });

  it('keeps all its words on it, whatever the machine is called', () => {
    const name = fc.oneof(fc.string({ maxLength: 200 }), fc.stringMatching(/^[A-Za-zÅÄÖåäö ,.-]{0,200}$/));
    fc.assert(
      fc.property(name, name, fc.option(name), fc.constantFrom('scan-first', 'static'), (title, where, whom, order) => {
        const { shapes } = stickerDrawing({ ...STICKER, name: title, location: where, contact: whom, order });
        for (const shape of shapes) {
          if (shape.kind !== 'text') continue;
          const left = shape.anchor === 'middle' ? shape.x - shape.width / 2 : shape.x;
          expect(left).toBeGreaterThan(4);
          expect(left + shape.width).toBeLessThan(STICKER_WIDTH - 4);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('lets no name become markup', () => {
    const svg = stickerSvg({ ...STICKER, name: '<script>"&', location: ']]>' });

    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toContain('<script');
  });

  it.each(['Łódź', 'Αθήνα', 'Київ', 'Ørsted & Åse'])('can be printed for %s', async (location) => {
    await expect(stickerPdf({ ...STICKER, location })).resolves.toBeDefined();
  });

  it('is refused as a PDF rather than printed with holes, and says what to do', async () => {
    expect(() => stickerPdf({ ...STICKER, name: '東京駅' })).toThrow(
      /"東京駅" on the sticker of machine helsinki-central-1: take the SVG/,
    );
    expect(stickerSvg({ ...STICKER, name: '東京駅' })).toContain('東京駅');
  });
});

describe('the code of a machine', () => {
  const settings = { SEQR_RESELLER_ID: 'vendrail-demo' };

  it('keeps the letter case of its text, and takes what SEQR allows', () => {
    const longest = qrTextOf(settings, 'aB3456789');

    expect(longest).toHaveLength(50);
    expect(() => qrRuns(longest, 'm')).not.toThrow();
    expect(() => qrRuns(staticQrText('a'.repeat(34)), 'm')).not.toThrow();
  });

  it('is refused when it would be longer, with the machine and the length', () => {
    expect(() => qrRuns(qrTextOf(settings, 'aB34567890'), 'helsinki-central-1')).toThrow(
      /the code of machine helsinki-central-1 would have 51 characters, SEQR allows 50/,
    );
  });

  it.each(['a&w=x', 'a b', 'ä', 'a#b', 'a?b', ''])(
    'is refused for the token "%s", which a phone would misread',
    (token) => {
      expect(() => qrRuns(qrTextOf(settings, token), 'm1')).toThrow(/machine m1/);
    },
  );
});

describe('the sheet of all machines', () => {
  it('has four stickers a page, with marks to cut along', async () => {
    const pdf = (await stickerSheet(Array.from({ length: 5 }, () => STICKER))).toString('latin1');

    expect(pdf.match(/\/Type \/Page\b(?!s)/g)).toHaveLength(2);
    expect(pdf.match(/MediaBox \[0 0 595\.27\d* 841\.8/g)).toHaveLength(2);
  });

  it('names the first machine whose sticker cannot be made', () => {
    const broken = { ...STICKER, machineId: 'too-long-1', qrText: `${STICKER.qrText}-and-more` };

    expect(() => stickerSheet([STICKER, broken])).toThrow(/too-long-1/);
  });
});
