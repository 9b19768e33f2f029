import { Injectable } from '@nestjs/common';

/** Stops things in the reverse order of their start: nothing loses what it still needs. */
@Injectable()
export class Shutdown {
  private readonly closers: (() => Promise<void>)[] = [];

  add(closer: () => Promise<void>): void {
    this.closers.push(closer);
  }

  async run(): Promise<void> {
    for (let closer = this.closers.pop(); closer !== undefined; closer = this.closers.pop()) {
      await closer().catch(() => undefined);
    }
  }
}
