import { hashOf } from './random.js';
import type { Time } from './time.js';

export interface TraceLine {
  readonly at: number;
  readonly about: string;
  readonly text: string;
}

/**
 * Everything that happens, folded into one hash: two runs of a seed are equal when their hashes are. Kept as words only
 * for a seed that is looked at.
 */
export class Trace {
  readonly lines: TraceLine[] = [];
  private low = 0x811c9dc5;
  private high = 0x1b873593;

  constructor(
    private readonly time: Time,
    private readonly keepsLines: boolean,
  ) {}

  /**
   * @param about the purchase or the part of the world.
   * @param detail words that are only needed when somebody reads them.
   */
  tell(about: string, what: string, detail?: () => string): void {
    const { now } = this.time;
    this.low = Math.imul(this.low ^ (now | 0), 0x85ebca6b);
    this.low = Math.imul(this.low ^ hashOfName(about), 0xc2b2ae35);
    this.low = Math.imul(this.low ^ (this.low >>> 15) ^ hashOfName(what), 0x27d4eb2f);
    this.high = Math.imul(this.high ^ this.low ^ Math.floor(now / 1_000), 0xc2b2ae35);
    if (!this.keepsLines) return;
    this.lines.push({ at: now, about: shortOf(about), text: detail === undefined ? what : `${what}  ${detail()}` });
  }

  get hash(): string {
    return hex(this.high) + hex(this.low);
  }
}

/** The same few hundred words come again and again, in every seed: names are numbered, and words have no numbers in them. */
const hashes = new Map<string, number>();

function hashOfName(name: string): number {
  const known = hashes.get(name);
  if (known !== undefined) return known;
  const hash = hashOf(name);
  hashes.set(name, hash);
  return hash;
}

/** Puts a verb before one of a few words. Each is put together once: a text made anew has to be read anew to be known. */
export function phrase(verb: string): (word: string) => string {
  const phrases = new Map<string, string>();
  return (word) => {
    const known = phrases.get(word);
    if (known !== undefined) return known;
    const text = `${verb} ${word}`;
    phrases.set(word, text);
    return text;
  };
}

/** "p9" for the ninth purchase. */
export function shortOf(about: string): string {
  return about.replace(/^00000000-0000-4000-8000-0*/, 'p');
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
