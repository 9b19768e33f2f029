import { create } from 'qrcode';

import { QR_TEXT_MAX } from './qr-texts.js';
import { StickerError } from './sticker-error.js';

/** SEQR's print guidelines: always this version and level, so that all stickers scan alike. */
const VERSION = 4;
const LEVEL = 'M';
/** Modules a side, without the quiet zone. */
export const QR_SIDE = 33;
/** The guidelines ask for 2; ISO 18004 for 4, and there is room. */
export const QUIET_ZONE = 4;

/** The two kinds of code on machines: in neither a value may end early, or become another one. */
const SAFE = /^HTTP:\/\/SEQR\.SE\/(000\/ups\?w=[A-Za-z0-9._~-]+&t=[A-Za-z0-9._~-]+|Q[A-Za-z0-9]+)$/;

/** Dark modules side by side: one rectangle of a drawing, in modules. */
export interface Run {
  readonly x: number;
  readonly y: number;
  readonly length: number;
}

/** The dark modules of a code. @throws StickerError TOO_LONG, UNSAFE; it names `machineId`. */
export function qrRuns(text: string, machineId: string): Run[] {
  if (text.length > QR_TEXT_MAX) {
    throw new StickerError(
      'TOO_LONG',
      `the code of machine ${machineId} would have ${text.length} characters, SEQR allows ${QR_TEXT_MAX} (${text}): shorten its reservation token or the merchant id`,
    );
  }
  if (!SAFE.test(text)) {
    throw new StickerError(
      'UNSAFE',
      `the code of machine ${machineId} would hold a character that cannot stand in it (${text}): use letters, digits and - . _ ~ in its reservation token and the merchant id`,
    );
  }
  const { modules } = create(text, { version: VERSION, errorCorrectionLevel: LEVEL });
  const runs: Run[] = [];
  for (let y = 0; y < QR_SIDE; y += 1) {
    for (let x = 0; x < QR_SIDE; x += 1) {
      const start = x;
      while (x < QR_SIDE && modules.get(y, x)) x += 1;
      if (x > start) runs.push({ x: start, y, length: x - start });
    }
  }
  return runs;
}
