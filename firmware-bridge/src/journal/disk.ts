import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * What the journal asks of a disk, so that a test can cut the power between any two of these calls. All of them block
 * and throw what `node:fs` throws. What was written is safe after `sync`, a new name after `syncFolder`.
 */
export interface Disk {
  /** @returns a file descriptor whose writes go to the end */
  open(path: string, how: 'as it is' | 'empty'): number;
  append(fd: number, bytes: Buffer): void;
  truncate(fd: number, size: number): void;
  sync(fd: number): void;
  rename(from: string, to: string): void;
  syncFolder(path: string): void;
  close(fd: number): void;
}

export const systemDisk: Disk = {
  open: (path, how) => openSync(path, how === 'empty' ? 'w' : 'a', 0o600),
  append: (fd, bytes) => {
    // A write may take only a part; the rest follows, or the disk says why not.
    for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
  },
  truncate: ftruncateSync,
  sync: fdatasyncSync,
  rename: renameSync,
  syncFolder: (path) => {
    const fd = openSync(path, 'r');
    fsyncSync(fd);
    closeSync(fd);
  },
  close: closeSync,
};
