import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import { systemDisk, type Disk } from '#bridge/journal/disk.js';

/** The power is gone: nothing after this instruction happens any more. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/** What a disk makes of bytes that were written and not synced. A new name that was not synced is lost with `lost`. */
export const TEARS = ['lost', 'whole', 'first byte', 'half', 'no newline', 'zeros', 'noise', 'hole'] as const;
export type Tear = (typeof TEARS)[number];

/** Before or after the n-th thing asked of the disk, counted from 1. */
export interface Cut {
  readonly at: number;
  readonly moment: 'before' | 'after';
  readonly tear: Tear;
}

/** Faults of journal or disk that the audit must find, or it proves nothing. */
export const LIES = ['syncs nothing', 'truncates nothing', 'syncs no draft', 'syncs no folder'] as const;
export type Lie = (typeof LIES)[number];

interface OpenFile {
  path: string;
  /** What a power cut cannot take. */
  safe: Buffer;
}

interface Renaming {
  readonly from: string;
  readonly to: string;
  readonly replaced: { readonly safe: Buffer; readonly written: Buffer };
}

/**
 * Real files in a real folder, and a power switch. A process cannot cut its own power, so what would be lost is taken
 * from the files when the cut comes; `sync` therefore only remembers what is safe.
 */
export class PowerCutDisk implements Disk {
  dead = false;
  private steps = 0;
  private readonly files = new Map<number, OpenFile>();
  private renaming: Renaming | undefined;

  constructor(
    private readonly plan: {
      readonly cut?: Cut | undefined;
      readonly lie?: Lie | undefined;
      /** Called after each step. */
      readonly watch?: (atRisk: boolean) => void;
    } = {},
  ) {}

  open(path: string, how: 'as it is' | 'empty'): number {
    const safe = read(path);
    return this.step(() => {
      const fd = systemDisk.open(path, how);
      this.files.set(fd, { path, safe });
      return fd;
    });
  }

  append(fd: number, bytes: Buffer): void {
    this.step(() => systemDisk.append(fd, bytes));
  }

  truncate(fd: number, size: number): void {
    this.step(() => {
      if (this.plan.lie !== 'truncates nothing') systemDisk.truncate(fd, size);
    });
  }

  sync(fd: number): void {
    this.step(() => {
      const file = this.file(fd);
      const skipped =
        this.plan.lie === 'syncs nothing' || (this.plan.lie === 'syncs no draft' && file.path.endsWith('.new'));
      if (!skipped) file.safe = read(file.path);
    });
  }

  rename(from: string, to: string): void {
    this.step(() => {
      const old = [...this.files.values()].find(({ path }) => path === to);
      const written = read(to);
      this.renaming = { from, to, replaced: { safe: old?.safe ?? written, written } };
      if (old !== undefined) old.path = `${to} (replaced)`;
      systemDisk.rename(from, to);
      for (const file of this.files.values()) if (file.path === from) file.path = to;
    });
  }

  syncFolder(): void {
    this.step(() => {
      if (this.plan.lie !== 'syncs no folder') this.renaming = undefined;
    });
  }

  close(fd: number): void {
    // Also the dead process lets go of its files.
    this.files.delete(fd);
    systemDisk.close(fd);
  }

  private step<T>(work: () => T): T {
    if (this.dead) throw new PowerCut();
    this.steps += 1;
    const { cut, watch } = this.plan;
    const here = cut?.at === this.steps ? cut : undefined;
    if (here?.moment === 'before') this.die(here.tear);
    const result = work();
    watch?.(this.atRisk());
    if (here?.moment === 'after') this.die(here.tear);
    return result;
  }

  private file(fd: number): OpenFile {
    const file = this.files.get(fd);
    if (file === undefined) throw new Error(`no file ${fd}`);
    return file;
  }

  private atRisk(): boolean {
    const torn = [...this.named()].some(({ path, safe }) => !read(path).equals(safe));
    return torn || this.renaming !== undefined;
  }

  private named(): OpenFile[] {
    return [...this.files.values()].filter(({ path }) => !path.endsWith('(replaced)'));
  }

  private die(tear: Tear): never {
    this.dead = true;
    for (const { path, safe } of this.named()) writeFileSync(path, left(safe, read(path), tear));
    if (this.renaming !== undefined && tear === 'lost') {
      const { from, to, replaced } = this.renaming;
      renameSync(to, from);
      writeFileSync(to, left(replaced.safe, replaced.written, tear));
    }
    throw new PowerCut();
  }
}

/** What a file holds after the cut, given what was safe and what had been written. */
function left(safe: Buffer, written: Buffer, tear: Tear): Buffer {
  if (tear === 'lost') return safe;
  // Nothing was at risk, or the file was cut shorter, and a size changes at once.
  if (safe.subarray(0, written.length).equals(written)) return written;
  const grew = written.subarray(0, safe.length).equals(safe);
  if (!grew) return torn(written, tear);
  return Buffer.concat([safe, torn(written.subarray(safe.length), tear)]);
}

function torn(tail: Buffer, tear: Exclude<Tear, 'lost'>): Buffer {
  const middle = Math.floor(tail.length / 2);
  const firstEnd = Math.max(0, tail.indexOf(0x0a));
  switch (tear) {
    case 'whole':
      return tail;
    case 'first byte':
      return tail.subarray(0, 1);
    case 'half':
      return tail.subarray(0, middle);
    case 'no newline':
      return tail.subarray(0, -1);
    case 'zeros':
      return Buffer.alloc(tail.length);
    case 'noise':
      // Old blocks of other files, with line ends among them.
      return Buffer.concat([
        tail.subarray(0, middle),
        Buffer.from('\u00ff{"\n0000\n'.repeat(20)).subarray(0, tail.length - middle),
      ]);
    case 'hole':
      // A block ended within the first line, and the later block was written first.
      return Buffer.concat([Buffer.alloc(firstEnd), tail.subarray(firstEnd)]);
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
