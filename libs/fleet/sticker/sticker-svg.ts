import type { Drawing, Shape } from './shapes.js';
import { type Sticker, stickerDrawing } from './sticker.js';

/** One sticker in its true size. @throws StickerError */
export function stickerSvg(sticker: Sticker): string {
  return svgOf(stickerDrawing(sticker));
}

function svgOf({ width, height, title, shapes }: Drawing): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
${shapes.map(element).join('\n')}
</svg>
`;
}

function element(shape: Shape): string {
  switch (shape.kind) {
    case 'box': {
      const { x, y, width, height, radius, fill = 'none', stroke = 'none' } = shape;
      return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(radius)}" fill="${fill}" stroke="${stroke}" stroke-width="0.3"/>`;
    }
    case 'text': {
      // The width is given, so that a viewer without this font does not write over the edge.
      const { x, y, size, width, bold, colour, anchor } = shape;
      const weight = bold ? ' font-weight="700"' : '';
      return `<text x="${n(x)}" y="${n(y)}" font-family="DejaVu Sans Condensed, Arial, Helvetica, sans-serif" font-size="${n(size)}"${weight} fill="${colour}" text-anchor="${anchor}" textLength="${n(width)}" lengthAdjust="spacingAndGlyphs">${escaped(shape.text)}</text>`;
    }
    case 'code': {
      const { x, y, module, runs } = shape;
      const path = runs.map((run) => `M${run.x} ${run.y}h${run.length}v1h-${run.length}z`).join('');
      return `<path transform="translate(${n(x)} ${n(y)}) scale(${n(module)})" shape-rendering="crispEdges" fill="#000000" d="${path}"/>`;
    }
  }
}

/** Thousandths of a millimetre are finer than any printer. */
function n(value: number): string {
  return String(Math.round(value * 1_000) / 1_000);
}

function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
