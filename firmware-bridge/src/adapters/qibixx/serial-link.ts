import { SerialPort } from 'serialport';

import type { Cancel, Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import { LineFramer } from './framing.js';

/** What a link tells the adapter that uses it. */
export interface LinkListener {
  opened(): void;
  line(text: string): void;
  garbage(detail: string): void;
  closed(reason: string): void;
}

/** Lines in both directions over something that may vanish and come back. */
export interface LineLink {
  start(listener: LinkListener): void;
  /** Sends one line; a line for a closed port is dropped, as nothing said to a machine may wait. */
  write(line: string): void;
  /** Closes the port and opens it again after the back-off: the other end is silent or makes no sense. */
  drop(reason: string): void;
  /** The other end answered as it should: the next back-off starts from the beginning. */
  settled(): void;
  stop(): Promise<void>;
}

/** The maker's USB units and Pi hats talk at this speed, 8N1. */
const BAUD = 115_200;

/** A whole start-up sequence is some 200 bytes; this many unsent bytes mean that the other end takes nothing. */
const UNSENT_MAX = 4_096;

export interface SerialLinkOptions {
  readonly path: string;
  readonly reopenMinMs: number;
  readonly reopenMaxMs: number;
}

/**
 * A serial port that is opened again whenever it goes. `serialport` has no reconnect of its own, and on an unplugged
 * device tells of the loss only when the port is used; the adapter's heartbeat uses it.
 */
export class SerialLink implements LineLink {
  private port: SerialPort | undefined;
  private listener: LinkListener | undefined;
  private backoffMs: number;
  private reopening: Cancel | undefined;
  private stopped = false;
  private lastFailure = '';

  constructor(
    private readonly options: SerialLinkOptions,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.backoffMs = options.reopenMinMs;
  }

  start(listener: LinkListener): void {
    this.listener = listener;
    this.open();
  }

  private open(): void {
    const port = new SerialPort({ path: this.options.path, baudRate: BAUD, autoOpen: false });
    const framer = new LineFramer();
    this.port = port;
    port.on('data', (chunk: Buffer) => {
      for (const frame of framer.push(chunk)) {
        if (this.port !== port) return;
        if ('line' in frame) this.listener?.line(frame.line);
        else this.listener?.garbage(frame.garbage);
      }
    });
    // A failing write also closes the port, and 'close' does the rest.
    port.on('error', (error) => this.log.warn('serial port error', { reason: error.message }));
    port.on('close', (error: Error | null) => this.lost(port, error?.message ?? 'closed'));
    port.open((error) => {
      if (this.stopped) return void (port.isOpen && port.close());
      if (error) return this.lost(port, error.message);
      this.lastFailure = '';
      this.log.info('serial port open', { path: this.options.path });
      this.listener?.opened();
    });
  }

  private lost(port: SerialPort, reason: string): void {
    if (this.port !== port || this.stopped) return;
    this.port = undefined;
    // A port that stays away is said once, not at every attempt.
    if (reason !== this.lastFailure) this.log.warn('serial port lost', { path: this.options.path, reason });
    this.lastFailure = reason;
    this.reopening = this.clock.after(this.backoffMs, () => this.open());
    this.backoffMs = Math.min(this.backoffMs * 2, this.options.reopenMaxMs);
    this.listener?.closed(reason);
  }

  write(line: string): void {
    const port = this.port;
    if (port?.isOpen !== true) return;
    if (port.writableLength > UNSENT_MAX) return this.drop('the port takes no more bytes');
    port.write(`${line}\n`, 'latin1');
  }

  drop(reason: string): void {
    const port = this.port;
    if (port === undefined) return;
    this.lost(port, reason);
    if (port.isOpen) port.close();
  }

  settled(): void {
    this.backoffMs = this.options.reopenMinMs;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.reopening?.();
    const port = this.port;
    this.port = undefined;
    if (port?.isOpen !== true) return;
    await new Promise<void>((resolve) => port.close(() => resolve()));
  }
}
