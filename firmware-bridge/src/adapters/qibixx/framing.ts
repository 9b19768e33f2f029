/** The longest line of the maker's documentation has some 60 characters; twice that is no line any more. */
export const LINE_MAX = 120;

export type Frame = { readonly line: string } | { readonly garbage: string };

/**
 * Cuts a byte stream into lines. A line may come in pieces, several may come at once; the device ends them with CR LF.
 *
 * Noise (bytes that are not printable ASCII) before a line is cut off and reported, the line behind it is kept: noise
 * on a serial line stands at its start, when a plug is put in. Nothing is ever searched for behind printable
 * characters, or half a line would be completed by the next one.
 */
export class LineFramer {
  private pending = '';
  private overlong = false;

  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    for (const byte of chunk) {
      if (byte === 0x0a) {
        frames.push(...this.finishLine());
      } else if (this.pending.length >= LINE_MAX) {
        this.overlong = true;
      } else {
        this.pending += String.fromCodePoint(byte);
      }
    }
    return frames;
  }

  private finishLine(): Frame[] {
    const raw = this.pending.replace(/\r$/, '');
    const overlong = this.overlong;
    this.pending = '';
    this.overlong = false;
    if (overlong) return [{ garbage: `a line of more than ${LINE_MAX} characters` }];
    const printable = raw.replace(/^.*[^\x20-\x7e]/s, '');
    const frames: Frame[] = [];
    if (printable.length < raw.length) {
      frames.push({ garbage: `${raw.length - printable.length} characters of noise before a line` });
    }
    const line = printable.trim();
    if (line !== '') frames.push({ line });
    return frames;
  }
}
