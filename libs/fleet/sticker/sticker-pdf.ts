import Pdf from 'pdfkit';

import type { Drawing, Shape } from './shapes.js';
import { STICKER_HEIGHT, STICKER_WIDTH, type Sticker, stickerDrawing } from './sticker.js';
import { StickerError } from './sticker-error.js';
import { FONTS } from './text-fitting.js';

const POINTS_PER_MM = 72 / 25.4;
const A4 = { width: 210, height: 297 };
const GAP = 6;
const MARK = 4;

/** What the embedded fonts can write. */
const PRINTABLE = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}\p{P}\p{S}\p{Mn}\p{Zs}]*$/u;

/** One sticker on a page of its own size, in vectors. @throws StickerError */
export function stickerPdf(sticker: Sticker): Promise<Buffer> {
  const drawing = drawingOf(sticker);
  return pdf(`Sticker of ${sticker.machineId}`, (page) => {
    page(drawing.width, drawing.height).draw(drawing, 0, 0);
  });
}

/** All stickers, four on each page of A4, with marks to cut along. @throws StickerError, for the first that cannot be made */
export function stickerSheet(stickers: readonly Sticker[]): Promise<Buffer> {
  const drawings = stickers.map(drawingOf);
  const left = (A4.width - 2 * STICKER_WIDTH - GAP) / 2;
  const top = (A4.height - 2 * STICKER_HEIGHT - GAP) / 2;
  return pdf('Stickers of all machines', (page) => {
    for (let first = 0; first < drawings.length; first += 4) {
      const sheet = page(A4.width, A4.height);
      for (const [place, drawing] of drawings.slice(first, first + 4).entries()) {
        const x = left + (place % 2) * (STICKER_WIDTH + GAP);
        const y = top + Math.floor(place / 2) * (STICKER_HEIGHT + GAP);
        sheet.draw(drawing, x, y);
        sheet.marks(x, y);
      }
    }
  });
}

/** @throws StickerError UNPRINTABLE rather than a sticker with holes in its words */
function drawingOf(sticker: Sticker): Drawing {
  for (const text of [sticker.name, sticker.location, sticker.contact ?? '']) {
    if (PRINTABLE.test(text)) continue;
    throw new StickerError(
      'UNPRINTABLE',
      `the fonts of the PDF cannot write "${text}" on the sticker of machine ${sticker.machineId}: take the SVG`,
    );
  }
  return stickerDrawing(sticker);
}

interface Page {
  draw(drawing: Drawing, x: number, y: number): void;
  /** Short lines outside the corners of a sticker. */
  marks(x: number, y: number): void;
}

async function pdf(title: string, write: (page: (width: number, height: number) => Page) => void): Promise<Buffer> {
  const document = new Pdf({ autoFirstPage: false, info: { Title: title, Creator: 'Vendrail' } });
  const chunks: Buffer[] = [];
  const done = new Promise<void>((resolve, reject) => {
    document.on('data', (chunk: Buffer) => void chunks.push(chunk));
    document.once('end', resolve).once('error', reject);
  });
  write((width, height) => {
    document.addPage({ size: [width * POINTS_PER_MM, height * POINTS_PER_MM], margin: 0 });
    document.scale(POINTS_PER_MM);
    return {
      draw: (drawing, x, y) => {
        document.save().translate(x, y);
        for (const shape of drawing.shapes) put(document, shape);
        document.restore();
      },
      marks: (x, y) => marks(document, x, y),
    };
  });
  document.end();
  await done;
  return Buffer.concat(chunks);
}

function put(document: PDFKit.PDFDocument, shape: Shape): void {
  switch (shape.kind) {
    case 'box': {
      const { x, y, width, height, radius, fill, stroke } = shape;
      document.lineWidth(0.3).roundedRect(x, y, width, height, radius);
      if (fill !== undefined && stroke !== undefined) document.fillAndStroke(fill, stroke);
      else document.fill(fill ?? 'white');
      return;
    }
    case 'text': {
      const { x, y, text, size, width, bold, colour, anchor } = shape;
      document
        .font(bold ? FONTS.bold : FONTS.regular)
        .fontSize(size)
        .fillColor(colour);
      document.text(text, anchor === 'middle' ? x - width / 2 : x, y, { baseline: 'alphabetic', lineBreak: false });
      return;
    }
    case 'code': {
      const { x, y, module, runs } = shape;
      for (const run of runs) document.rect(x + run.x * module, y + run.y * module, run.length * module, module);
      // One path: a printer fills what touches without a seam.
      document.fill('black');
      return;
    }
  }
}

function marks(document: PDFKit.PDFDocument, x: number, y: number): void {
  document.lineWidth(0.1);
  for (const [cornerX, outX] of [[x, -1] as const, [x + STICKER_WIDTH, 1] as const]) {
    for (const [cornerY, outY] of [[y, -1] as const, [y + STICKER_HEIGHT, 1] as const]) {
      // Half a gap from the corner at the most: the neighbour's ground stays clean.
      document.moveTo(cornerX, cornerY + outY).lineTo(cornerX, cornerY + outY * Math.min(MARK, GAP / 2));
      document.moveTo(cornerX + outX, cornerY).lineTo(cornerX + outX * Math.min(MARK, GAP / 2), cornerY);
    }
  }
  document.stroke('#000000');
}
