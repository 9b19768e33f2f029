import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Faults } from './faults.js';
import { FaultyLine } from './faulty-line.js';
import { Pty } from './pty.js';

/** A host that sends more than a kilobyte without an end of line is not one of ours. */
const LINE_MAX = 1_024;

/** The adapter's plug: lines in both directions over a pseudo-terminal that can be pulled out and put back. */
export class SerialEnd {
  /** Stays the same when the plug is pulled and put back, like a name under /dev/serial/by-id. */
  readonly path: string;
  private readonly ownFolder: string | undefined;
  private readonly line: FaultyLine;
  private pty: Pty | undefined;
  private heard = '';

  constructor(
    name: string,
    linkPath: string | undefined,
    private readonly faults: () => Faults,
    private readonly onLine: (line: string) => void,
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
    this.heard = '';
    if (pty === undefined) return;
    rmSync(this.path, { force: true });
    await pty.close();
  }

  send(lines: readonly string[]): void {
    this.line.send(lines);
  }

  async remove(): Promise<void> {
    await this.unplug();
    if (this.ownFolder !== undefined) rmSync(this.ownFolder, { recursive: true, force: true });
  }

  private hear(bytes: Buffer): void {
    const lines = (this.heard + bytes.toString('latin1')).slice(-LINE_MAX).split(/[\r\n]/);
    this.heard = lines.pop() ?? '';
    if (this.faults().silent) return;
    for (const line of lines) if (line !== '') this.onLine(line);
  }
}
