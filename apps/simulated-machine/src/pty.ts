import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

import koffi from 'koffi';

/** A terminal's name is some ten characters. */
const NAME_MAX = 128;

/** `struct termios` has 60 bytes in glibc; the rest is room for other C libraries. */
const TERMIOS_MAX = 256;

/** A reader that takes nothing for this many bytes is not there: like a real adapter, the rest is lost. */
const UNSENT_MAX = 65_536;

/** The C library's own pseudo-terminal functions: no helper program, no compiler, no right to ask for. */
function bindLibc() {
  // Node itself is linked to the C library, whichever it is.
  const libc = koffi.load(null);
  return {
    openMaster: libc.func('int posix_openpt(int flags)') as (flags: number) => number,
    grant: libc.func('int grantpt(int fd)') as (fd: number) => number,
    unlock: libc.func('int unlockpt(int fd)') as (fd: number) => number,
    nameOf: libc.func('int ptsname_r(int fd, _Out_ uint8_t *name, size_t size)') as (
      fd: number,
      name: Buffer,
      size: number,
    ) => number,
    getModes: libc.func('int tcgetattr(int fd, _Out_ uint8_t *modes)') as (fd: number, modes: Buffer) => number,
    setModes: libc.func('int tcsetattr(int fd, int when, const uint8_t *modes)') as (
      fd: number,
      when: number,
      modes: Buffer,
    ) => number,
    makeRaw: libc.func('void cfmakeraw(_Inout_ uint8_t *modes)') as (modes: Buffer) => void,
  };
}

let libc: ReturnType<typeof bindLibc> | undefined;

export class PtyError extends Error {
  override readonly name = 'PtyError';
  readonly code = 'PTY_UNAVAILABLE';
}

/**
 * A real pseudo-terminal: whoever opens `path` has an ordinary serial device before him. The kernel ignores the speed,
 * so a wrong baud rate cannot be found with it.
 */
export class Pty {
  private constructor(
    readonly path: string,
    private readonly master: ReadStream,
    private readonly slaveFd: number,
  ) {}

  /** @throws PtyError when the system has none to give */
  static open(onData: (bytes: Buffer) => void): Pty {
    libc ??= bindLibc();
    const fd = libc.openMaster(constants.O_RDWR | constants.O_NOCTTY);
    if (fd < 0) throw new PtyError('no pseudo-terminal is to be had');
    const name = Buffer.alloc(NAME_MAX);
    if (libc.grant(fd) !== 0 || libc.unlock(fd) !== 0 || libc.nameOf(fd, name, NAME_MAX) !== 0) {
      closeSync(fd);
      throw new PtyError('the pseudo-terminal cannot be unlocked');
    }
    const path = name.toString('latin1', 0, name.indexOf(0));
    // Held open all the time: without any opener of this side, reading the master fails with EIO.
    const slaveFd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    const modes = Buffer.alloc(TERMIOS_MAX);
    libc.getModes(slaveFd, modes);
    libc.makeRaw(modes);
    libc.setModes(slaveFd, 0, modes);

    // libuv watches a terminal without a thread; an fs stream would block one in read() and never close.
    const master = new ReadStream(fd);
    master.on('data', onData);
    master.on('error', () => master.destroy());
    return new Pty(path, master, slaveFd);
  }

  write(bytes: Buffer): void {
    if (this.master.writableLength < UNSENT_MAX && !this.master.destroyed) this.master.write(bytes);
  }

  /** To whoever has the path open this is a pulled plug. */
  async close(): Promise<void> {
    closeSync(this.slaveFd);
    const closed = new Promise<void>((resolve) => this.master.once('close', resolve));
    this.master.destroy();
    await closed;
  }
}
