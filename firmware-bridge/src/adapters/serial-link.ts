import { SerialPort } from 'serialport';

import type { Cancel, Clock } from '../clock.js';
import type { Log } from '../log.js';

/** What a link tells the adapter that uses it. */
export interface ByteListener {
  opened(): void;
  bytes(chunk: Uint8Array): void;
  closed(reason: string): void;
}

/** Bytes in both directions over something that may vanish and come back. */
export interface ByteLink {
  start(listener: ByteListener): void;
  /** What is said to a closed port is dropped, as nothing said to a machine may wait. */
  write(bytes: Uint8Array): void;
  /** Looks whether the port is still there, without a word to the other end; closes it when it is not. */
  check(): void;
  /** Closes the port and opens it again after the back-off: the other end is silent or makes no sense. */
  drop(reason: string): void;
  /** The other end answered as it should: the next back-off starts from the beginning. */
  settled(): void;
  stop(): Promise<void>;
}

/** A whole start-up sequence is some 200 bytes; this many unsent bytes mean that the other end takes nothing. */
const UNSENT_MAX = 4_096;

export interface SerialLinkOptions {
  readonly path: string;
  /** Always 8N1. */
  readonly baud: number;
  readonly reopenMinMs: number;
  readonly reopenMaxMs: number;
}

/**
 * A serial port that is opened again whenever it goes. `serialport` has no reconnect of its own, and on an unplugged
 * device tells of the loss only when the port is used; the adapter's heartbeat uses it.
 */
export class SerialLink implements ByteLink {
  private port: SerialPort | undefined;
  private listener: ByteListener | undefined;
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

  start(listener: ByteListener): void {
    this.listener = listener;
    this.open();
  }

  private open(): void {
    const port = new SerialPort({ path: this.options.path, baudRate: this.options.baud, autoOpen: false });
    this.port = port;
    port.on('data', (chunk: Buffer) => {
      if (this.port === port) this.listener?.bytes(chunk);
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

  write(bytes: Uint8Array): void {
    const port = this.port;
    if (port?.isOpen !== true) return;
    if (port.writableLength > UNSENT_MAX) return this.drop('the port takes no more bytes');
    port.write(Buffer.from(bytes));
  }

  check(): void {
    const port = this.port;
    if (port?.isOpen !== true) return;
    port.get((error) => {
      // Not every port has modem lines, and one that says so is there.
      if (!error || /inappropriate ioctl/i.test(error.message)) return;
      if (this.port === port) this.drop(error.message);
    });
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
