import { QR_SIDE, QUIET_ZONE, qrRuns } from './qr-modules.js';
import type { Drawing, Shape } from './shapes.js';
import { fit, widthOf } from './text-fitting.js';

export interface Sticker {
  readonly machineId: string;
  readonly name: string;
  readonly location: string;
  readonly qrText: string;
  /** `scan-first`: unattended payments. `static`: the machine asks for the money after the choice. */
  readonly order: 'scan-first' | 'static';
  /** Whom payers can ask. */
  readonly contact: string | null;
}

/** Four of them, with room to cut, on one sheet of A4. All lengths in millimetres. */
export const STICKER_WIDTH = 90;
export const STICKER_HEIGHT = 132;
const MARGIN = 6;
const INNER = STICKER_WIDTH - 2 * MARGIN;
/** Read from half a metre without trouble: ten times the side of the code is the usual distance. */
const MODULE = 1.5;
const CODE_SIDE = (QR_SIDE + 2 * QUIET_ZONE) * MODULE;
const BAND = 22;
const FOOT = 20;

const DARK = '#12303f';
const INK = '#15212b';
const SOFT = '#4c5a66';
const PALE = '#e9f3ef';
const WHITE = '#ffffff';

const STEPS = {
  'scan-first': [
    ['Scan', 'this code with the SEQR app'],
    ['Confirm', 'with your PIN, nothing paid yet'],
    ['Choose', 'and pay only for what comes out'],
  ],
  static: [
    ['Choose', 'at the machine'],
    ['Scan', 'this code with the SEQR app'],
    ['Confirm', 'with your PIN, and take it'],
  ],
} as const;

/** @throws StickerError for a code that cannot be printed */
export function stickerDrawing(sticker: Sticker): Drawing {
  const runs = qrRuns(sticker.qrText, sticker.machineId);
  return {
    width: STICKER_WIDTH,
    height: STICKER_HEIGHT,
    title: `Pay with SEQR at ${sticker.name}: ${sticker.qrText}`,
    shapes: [
      // The edge to cut along is part of the drawing; a paper's edge cuts into none of it.
      box({
        x: 0.15,
        y: 0.15,
        width: STICKER_WIDTH - 0.3,
        height: STICKER_HEIGHT - 0.3,
        radius: 4,
        fill: WHITE,
        stroke: '#9aa7b0',
      }),
      ...heading(),
      {
        kind: 'code',
        x: (STICKER_WIDTH - CODE_SIDE) / 2 + QUIET_ZONE * MODULE,
        y: BAND + QUIET_ZONE * MODULE,
        module: MODULE,
        runs,
      },
      ...steps(STEPS[sticker.order]),
      ...foot(sticker),
    ],
  };
}

function heading(): Shape[] {
  return [
    box({ x: 3, y: 3, width: STICKER_WIDTH - 6, height: BAND - 3, radius: 2.5, fill: DARK }),
    centred('Pay with your phone', 12.4, 7, true, WHITE),
    centred('SEQR', 18.6, 4.4, true, '#8fe0bd'),
  ];
}

function steps(list: (typeof STEPS)[Sticker['order']]): Shape[] {
  const top = BAND + CODE_SIDE;
  return list.flatMap(([word, rest], i) => {
    const y = top + i * 8;
    const number = String(i + 1);
    const wordWidth = widthOf(word, 4.4, true);
    return [
      box({ x: MARGIN, y, width: 6.4, height: 6.4, radius: 3.2, fill: DARK }),
      text(number, MARGIN + 3.2, y + 4.65, 4.2, true, WHITE, 'middle'),
      text(word, MARGIN + 9, y + 4.75, 4.4, true, INK),
      text(rest, MARGIN + 9 + wordWidth + 1.3, y + 4.75, 3.5, false, SOFT),
    ];
  });
}

function foot({ machineId, name, location, contact }: Sticker): Shape[] {
  const top = STICKER_HEIGHT - FOOT - 3;
  const title = fit(name, { width: INNER - 4, size: 4.6, smallest: 3, bold: true, linesMax: 1 });
  const where = fit(`${location} · ${machineId}`, {
    width: INNER - 4,
    size: 3.3,
    smallest: 2.4,
    bold: false,
    linesMax: 1,
  });
  const whom =
    contact === null ? null : fit(contact, { width: INNER - 4, size: 3.3, smallest: 2.4, bold: false, linesMax: 1 });
  const lower = whom === null ? 2 : 0;
  return [
    box({ x: 3, y: top, width: STICKER_WIDTH - 6, height: FOOT, radius: 2.5, fill: PALE }),
    centred(title.lines.join(' '), top + 6.6 + lower, title.size, true, INK),
    centred(where.lines.join(' '), top + 11.6 + lower, where.size, false, SOFT),
    ...(whom === null ? [] : [centred(whom.lines.join(' '), top + 16.6, whom.size, true, DARK)]),
  ];
}

function box(shape: Omit<Extract<Shape, { kind: 'box' }>, 'kind'>): Shape {
  return { kind: 'box', ...shape };
}

function centred(content: string, y: number, size: number, bold: boolean, colour: string): Shape {
  return text(content, STICKER_WIDTH / 2, y, size, bold, colour, 'middle');
}

function text(
  content: string,
  x: number,
  y: number,
  size: number,
  bold: boolean,
  colour: string,
  anchor: 'start' | 'middle' = 'start',
): Shape {
  return { kind: 'text', x, y, text: content, size, width: widthOf(content, size, bold), bold, colour, anchor };
}
