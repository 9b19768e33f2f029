import { BLOCK_MAX, checksumOf } from './blocks.js';

/** Blocks are at least 5 ms apart on the bus, and a USB serial port keeps bytes back for up to 16 ms. */
const PAUSE_MS = 20;

export type BlockFrame = { readonly body: Uint8Array } | { readonly garbage: Uint8Array };

export interface Framing {
  /** Each block ends with its checksum. Otherwise nothing but lengths and pauses tells noise from commands. */
  readonly checked: boolean;
  /** As `lengthOf` in `commands.ts`; asked anew for each block, as a block may change the lengths of those behind it. */
  readonly lengthOf: (beginning: Uint8Array) => number | 'any' | 'incomplete' | undefined;
}

/**
 * Cuts a byte stream without delimiters into blocks: by the lengths of the known commands and their checksums, and by
 * pauses. A block may come in pieces, several may come at once. What cannot be the beginning of a block is noise.
 */
export class BlockFramer {
  private pending: Uint8Array = new Uint8Array();
  private lastAt = -Infinity;
  /** Where the newest burst begins in `pending`: a pause was before it. */
  private burst = 0;

  constructor(private readonly framing: Framing) {}

  /**
   * Bodies come without checksum. To be read to the end before the next call.
   *
   * @param now monotonic milliseconds
   */
  *push(chunk: Uint8Array, now: number): Generator<BlockFrame> {
    if (now - this.lastAt > PAUSE_MS) this.burst = this.pending.length;
    this.lastAt = now;
    this.pending = Uint8Array.of(...this.pending, ...chunk);
    for (let frame = this.next(); frame !== undefined; frame = this.next()) yield frame;
  }

  private next(): BlockFrame | undefined {
    if (this.pending.length === 0) return undefined;
    // A beginning that never got its end must not swallow the block that came after the pause.
    if (this.burst > 0 && typeof this.blockAt(this.burst) === 'number') return this.takeNoise(this.burst);
    const whole = this.blockAt(0);
    if (typeof whole === 'number') return this.takeBlock(whole);
    if (whole === 'incomplete') return undefined;
    return this.takeNoise(this.noiseLength());
  }

  /** The length of the whole block that begins here, with checksum. */
  private blockAt(start: number): number | 'incomplete' | undefined {
    const { checked, lengthOf } = this.framing;
    const bytes = this.pending.subarray(start);
    const known = lengthOf(bytes);
    if (known === undefined || known === 'incomplete') return known;
    const length = known === 'any' ? bytes.length : known + (checked ? 1 : 0);
    if (bytes.length < length) return 'incomplete';
    if (!checked || checksumOf(bytes.subarray(0, length - 1)) === bytes[length - 1]) return length;
    return known === 'any' && length < BLOCK_MAX ? 'incomplete' : undefined;
  }

  /** With checksums a block is looked for within noise; without them only a pause makes a new beginning believable. */
  private noiseLength(): number {
    const end = this.burst > 0 ? this.burst : this.pending.length;
    if (!this.framing.checked) return end;
    for (let start = 1; start < end; start += 1) if (this.blockAt(start) !== undefined) return start;
    return end;
  }

  private takeBlock(length: number): BlockFrame {
    return { body: this.take(length).subarray(0, this.framing.checked ? -1 : length) };
  }

  private takeNoise(length: number): BlockFrame {
    return { garbage: this.take(length) };
  }

  private take(length: number): Uint8Array {
    const taken = this.pending.subarray(0, length);
    this.pending = this.pending.subarray(length);
    this.burst = Math.max(0, this.burst - length);
    return taken;
  }
}
