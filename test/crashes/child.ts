import { type ChildProcess, spawn } from 'node:child_process';

import { eventually, pause } from '../support/eventually.js';
import { PROJECT } from './project-folder.js';

/** A start takes two seconds, and many times that where ten programs share two cores; one that takes this long has failed. */
const READY_WITHIN_MS = 120_000;
/** Between two attempts of the supervisor. */
const AGAIN_AFTER_MS = 200;
/** A process that was told to stop and has not is killed: it would outlive the campaign. */
const STOP_WITHIN_MS = 10_000;
/** The last words of a process are what explains its death; a campaign of hours must not keep all of them. */
const LOG_KEPT = 20_000;

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** True when it can be used now, as its output so far and the outside world tell; otherwise why not, if that is known. */
  readonly isReady: (log: string) => boolean | string | Promise<boolean | string>;
}

/** A program as people run it: a process of its own, configured by environment, that can be killed at any time. */
export class Child {
  private child: ChildProcess | undefined;
  private output = '';
  private wasTold = false;
  private isStarting = false;
  /**
   * Called when it ends without having been told to, by `kill` or `stop`; `isStarting` when `start` is waiting for it, and
   * starts it again.
   */
  onDeath: ((isStarting: boolean) => void) | undefined;

  readonly name: string;

  constructor(private readonly options: ChildOptions) {
    this.name = options.name;
  }

  /**
   * Starts it, and again when it ends before it is ready, as the supervisor of a server does: a database that is not
   * back yet refuses whoever comes.
   *
   * @param more environment of each of its lives. @throws Error with its last words when it does not come up.
   */
  async start(more: () => Readonly<Record<string, string>> = () => ({})): Promise<void> {
    this.isStarting = true;
    let complaint: string | boolean = 'it ended';
    try {
      this.spawn(more());
      await eventually(
        `${this.options.name} is ready`,
        async () => {
          if (this.wasTold) throw new Error(`${this.options.name} was stopped while it started`);
          if (this.isAlive) {
            complaint = await this.options.isReady(this.output);
            return complaint === true ? true : undefined;
          }
          await pause(AGAIN_AFTER_MS);
          this.spawn(more());
          return undefined;
        },
        READY_WITHIN_MS,
      );
    } catch (error) {
      throw new Error(`${String(error)}: ${complaint}\n${this.output.slice(-3_000)}`, { cause: error });
    } finally {
      this.isStarting = false;
    }
  }

  private spawn(more: Readonly<Record<string, string>>): void {
    const { command, args, environment } = this.options;
    this.output = '';
    this.wasTold = false;
    // A process group of its own: Ctrl-C reaches the campaign only, which stops everything in order.
    const child = spawn(command, args, {
      cwd: PROJECT,
      detached: true,
      env: { PATH: process.env['PATH'], ...environment, ...more },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-LOG_KEPT);
      });
    }
    child.on('error', () => undefined);
    // "close" and not "exit": its last words have been read by then.
    child.once('close', () => {
      if (!this.wasTold) this.onDeath?.(this.isStarting);
    });
  }

  async isReady(): Promise<boolean> {
    return (await this.options.isReady(this.output)) === true;
  }

  get isAlive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get log(): string {
    return this.output;
  }

  /** Resolves when the other side has answered. False when it died before. */
  async tell(message: object): Promise<boolean> {
    const child = this.child;
    if (child === undefined || !this.isAlive || !child.connected) return false;
    return new Promise((resolve) => {
      const answered = (): void => {
        child.off('close', died);
        resolve(true);
      };
      const died = (): void => {
        child.off('message', answered);
        resolve(false);
      };
      child.once('message', answered);
      child.once('close', died);
      child.send(message, (error) => {
        if (error !== null) died();
      });
    });
  }

  /** SIGSTOP: the process stands still and its connections stay open, as when a computer hangs. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** SIGKILL: no word, no clean-up. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.wasTold = true;
    if (child === undefined || !this.isAlive) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    const giveUp = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    child.kill(signal);
    await closed;
    clearTimeout(giveUp);
  }
}
