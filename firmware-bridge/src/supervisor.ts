import { spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';

import type { Log } from './log.js';

export interface Supervision {
  /** The bridge runs. */
  ready(): void;
  end(): void;
}

/**
 * Somebody must notice when the program stands still. Under systemd (`WatchdogSec`) it is told that we live, by
 * `systemd-notify`: its socket is a datagram socket, which Node has not, and a native package for one word in half a
 * minute is worth less than a small process. Elsewhere a thread of our own watches, and ends the process.
 */
export function superviseWith(environment: NodeJS.ProcessEnv, standstillMs: number, log: Log): Supervision {
  const tell = environment['NOTIFY_SOCKET'] === undefined ? () => {} : (word: string) => notify(word, environment, log);
  const watchdogUs = Number(environment['WATCHDOG_USEC'] ?? 0);
  const endWatch = watchdogUs > 0 ? beat(watchdogUs / 1_000, tell) : watchLoop(standstillMs);
  return {
    ready: () => tell('READY=1'),
    end: () => {
      endWatch();
      tell('STOPPING=1');
    },
  };
}

/** systemd's advice: twice in the time after which it would act. */
function beat(withinMs: number, tell: (word: string) => void): () => void {
  const timer = setInterval(() => tell('WATCHDOG=1'), withinMs / 2);
  timer.unref();
  return () => clearInterval(timer);
}

let failureTold = false;

/**
 * Without `--no-block`: the child stays until systemd has read the word, as systemd drops the word of a process that is gone
 * (systemd-notify(1)). It is the child that waits, not the bridge.
 */
function notify(word: string, env: NodeJS.ProcessEnv, log: Log): void {
  const child = spawn('systemd-notify', [word], { stdio: 'ignore', env });
  child.unref();
  child.once('error', (error) => {
    if (!failureTold) log.error('systemd-notify cannot be started', { reason: error.message });
    failureTold = true;
  });
}

function watchLoop(stillMs: number): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(new URL('watchdog-thread.js', import.meta.url), { workerData: { beats, stillMs } });
  thread.unref();
  const timer = setInterval(() => {
    Atomics.add(beats, 0, 1);
    Atomics.notify(beats, 0);
  }, stillMs / 10);
  timer.unref();
  return () => {
    clearInterval(timer);
    void thread.terminate();
  };
}
