import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

import { PROJECT } from '../../crashes/project-folder.js';

/** A start takes two seconds, and many times that on a computer that others use too. */
const READY_WITHIN_MS = 120_000;
/** Longer than any question takes that is asked here; the one of half an hour says so itself. */
const ANSWER_WITHIN_MS = 15 * 60_000;
const STOP_WITHIN_MS = 20_000;
const LOG_KEPT = 8_000;
/** Those of scripts/run.mjs, which started the benchmark too. The settings of `.env` are not its business. */
const OPTIONS = process.execArgv.filter((option) => !option.startsWith('--env-file='));

export interface ProgramOptions {
  readonly name: string;
  /** Path below dist/test/bench, without its ending. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Options of Node, such as those that write a profile. */
  readonly node?: readonly string[];
}

interface Reply {
  readonly ready?: object;
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** A program of the benchmark in a process of its own: says when it is ready, and answers questions. */
export class Program {
  private readonly waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  private log = '';
  private asked = 0;
  private wasStopped = false;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.log = (this.log + chunk.toString()).slice(-LOG_KEPT);
      });
    }
    child.on('message', (reply: Reply) => this.take(reply));
    child.once('close', (code, signal) => {
      const error = new Error(`${this.name} ended (${code ?? signal}):\n${this.log}`);
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
    });
  }

  /** @throws Error with its last words when it does not come up. */
  static async start({ name, file, environment, node = [] }: ProgramOptions): Promise<Program> {
    const path = join(PROJECT, 'dist', 'test', 'bench', `${file}.js`);
    const child = spawn(process.execPath, [...OPTIONS, ...node, path], {
      cwd: PROJECT,
      // A process group of its own: Ctrl-C reaches the benchmark only, which stops everything in order.
      detached: true,
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const program = new Program(name, child);
    // Question 0 is "are you ready?", and the only one that is not asked aloud.
    await program.answerOf(0, READY_WITHIN_MS);
    return program;
  }

  /** What it said last, for whoever must say why it failed. */
  get lastWords(): string {
    return this.log;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} has no process id`);
    return this.child.pid;
  }

  /** @throws Error when the program could not do it, or ended. */
  ask<T>(question: object, withinMs = ANSWER_WITHIN_MS): Promise<T> {
    this.asked += 1;
    const id = this.asked;
    const answer = this.answerOf(id, withinMs);
    this.child.send({ id, ...question });
    return answer as Promise<T>;
  }

  /** In order where it knows one; `SIGKILL` is for what must not have time to tidy up. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.wasStopped || this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.wasStopped = true;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    const giveUp = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
    this.child.kill(signal);
    await closed;
    clearTimeout(giveUp);
  }

  private answerOf(id: number, withinMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Error(`${this.name} did not answer within ${withinMs / 1_000} s:\n${this.log}`));
      }, withinMs);
      const end = (how: () => void): void => {
        clearTimeout(timer);
        this.waiting.delete(id);
        how();
      };
      this.waiting.set(id, {
        resolve: (answer) => end(() => resolve(answer)),
        reject: (error) => end(() => reject(error)),
      });
    });
  }

  private take({ ready, id = 0, answer, error }: Reply): void {
    const waiting = this.waiting.get(id);
    if (error !== undefined) waiting?.reject(new Error(`${this.name}: ${error}`));
    else waiting?.resolve(ready ?? answer);
  }
}
