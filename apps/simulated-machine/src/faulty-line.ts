import type { Message } from './adapter-box.js';
import type { Faults } from './faults.js';

/** Between two pieces of a line, and the time in which lines are collected to be joined. */
const GAP_MS = 8;

const NOISE = Buffer.from([0x00, 0xfe, 0x81, 0x63, 0x2c, 0xff]);

/** Puts lines, or blocks of bytes, on the wire in order, as badly as the faults ask for. */
export class FaultyLine {
  private readonly chunks: Buffer[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly faults: () => Faults,
    private readonly write: (bytes: Buffer) => void,
  ) {}

  send(messages: readonly Message[]): void {
    const { pieces, joined, garbage, duplicateStatus, silent } = this.faults();
    if (silent) return;
    for (const message of messages) {
      const copies = duplicateStatus && message.repeatable ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const bytes = Buffer.concat([garbage ? NOISE : Buffer.alloc(0), message.bytes]);
        const middle = Math.ceil(bytes.length / 2);
        this.chunks.push(...(pieces ? [bytes.subarray(0, middle), bytes.subarray(middle)] : [bytes]));
      }
    }
    if (pieces || joined) this.timer ??= setTimeout(() => this.flushSome(), GAP_MS);
    else if (this.timer === undefined) this.flushAll();
  }

  private flushSome(): void {
    this.timer = undefined;
    if (this.faults().joined || !this.faults().pieces) return this.flushAll();
    const chunk = this.chunks.shift();
    if (chunk !== undefined) this.write(chunk);
    if (this.chunks.length > 0) this.timer = setTimeout(() => this.flushSome(), GAP_MS);
  }

  private flushAll(): void {
    if (this.chunks.length > 0) this.write(Buffer.concat(this.chunks.splice(0)));
  }

  /** The plug is out: what was not sent is lost. */
  clear(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.chunks.length = 0;
  }
}
