/** Numbers that one seed decides (mulberry32). The order of kills is repeatable by seed; what the processes do in between is not. */
export class Random {
  constructor(private state: number) {}

  /** 0 up to, and without, 1. */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) % 0x1_0000_0000;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new RangeError('nothing to pick from');
    return choice;
  }
}
