import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Message } from './adapter-box.js';
import type { Faults } from './faults.js';
import { FaultyLine } from './faulty-line.js';
import { Pty } from './pty.js';

/** The adapter's plug: bytes in both directions over a pseudo-terminal that can be pulled out and put back. */
export class SerialEnd {
  /** Stays the same when the plug is pulled and put back, like a name under /dev/serial/by-id. */
  readonly path: string;
  private readonly ownFolder: string | undefined;
  private readonly line: FaultyLine;
  private pty: Pty | undefined;

  constructor(
    name: string,
    linkPath: string | undefined,
    private readonly faults: () => Faults,
    private readonly onBytes: (bytes: Buffer) => void,
  ) {
    this.ownFolder = linkPath === undefined ? mkdtempSync(join(tmpdir(), 'vendrail-sim-')) : undefined;
    this.path = linkPath ?? join(this.ownFolder ?? '', name);
    this.line = new FaultyLine(faults, (bytes) => this.pty?.write(bytes));
  }

  get plugged(): boolean {
    return this.pty !== undefined;
  }

  plugIn(): void {
    if (this.pty !== undefined) return;
    this.pty = Pty.open((bytes) => this.hear(bytes));
    rmSync(this.path, { force: true });
    symlinkSync(this.pty.path, this.path);
  }

  async unplug(): Promise<void> {
    const pty = this.pty;
    this.pty = undefined;
    this.line.clear();
    if (pty === undefined) return;
    rmSync(this.path, { force: true });
    await pty.close();
  }

  send(messages: readonly Message[]): void {
    this.line.send(messages);
  }

  async remove(): Promise<void> {
    await this.unplug();
    if (this.ownFolder !== undefined) rmSync(this.ownFolder, { recursive: true, force: true });
  }

  private hear(bytes: Buffer): void {
    if (!this.faults().silent) this.onBytes(bytes);
  }
}
