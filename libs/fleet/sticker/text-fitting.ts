import { fileURLToPath } from 'node:url';

import Pdf from 'pdfkit';

const font = (name: string) => fileURLToPath(new URL(`./fonts/${name}.ttf`, import.meta.url));

/**
 * They are embedded in PDFs, since print shops have none of their own. Latin, Greek and Cyrillic letters.
 */
export const FONTS = { bold: font('DejaVuSansCondensed-Bold'), regular: font('DejaVuSansCondensed') } as const;

/** A document that is never written: it knows how wide texts are. */
let measure: PDFKit.PDFDocument | undefined;

export function widthOf(text: string, size: number, bold: boolean): number {
  measure ??= new Pdf({ autoFirstPage: false });
  return measure
    .font(bold ? FONTS.bold : FONTS.regular)
    .fontSize(size)
    .widthOfString(text);
}

export interface FittedText {
  readonly lines: readonly string[];
  readonly size: number;
}

/**
 * `text` in at most `linesMax` lines of `width`, as large as it can be up to `size`; in the smallest size it is cut off.
 * All lengths in one unit.
 */
export function fit(
  text: string,
  {
    width,
    size,
    smallest,
    bold,
    linesMax,
  }: { width: number; size: number; smallest: number; bold: boolean; linesMax: number },
): FittedText {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim();
  for (let tried = size; tried >= smallest; tried -= 0.1) {
    const lines = wrapped(plain, (part) => widthOf(part, tried, bold) <= width);
    if (lines.length <= linesMax && lines.every((line) => widthOf(line, tried, bold) <= width)) {
      return { lines, size: tried };
    }
  }
  const fits = (part: string) => widthOf(part, smallest, bold) <= width;
  const lines = wrapped(plain, fits);
  const shown = [...lines.slice(0, linesMax - 1), lines.slice(linesMax - 1).join(' ')];
  return { lines: shown.map((line) => cutOff(line, fits)), size: smallest };
}

function wrapped(text: string, fits: (line: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && fits(longer)) lines.splice(-1, 1, longer);
    else lines.push(word);
  }
  return lines;
}

function cutOff(line: string, fits: (line: string) => boolean): string {
  if (fits(line)) return line;
  let kept = line;
  while (kept !== '' && !fits(`${kept}…`)) kept = kept.slice(0, -1);
  // Never half a surrogate pair.
  return `${kept.replace(/\p{Cs}$/u, '')}…`;
}
