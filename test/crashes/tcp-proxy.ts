import { type Server, type Socket, connect, createServer } from 'node:net';

import { pause } from '../support/eventually.js';

/**
 * What a link does to bytes:
 * - `clear`: nothing.
 * - `slow`: every piece comes `latencyMs` later, give or take `jitterMs`; the order stays.
 * - `sliced`: a few bytes at a time, with a pause after each.
 * - `black-hole`: connections stay open and are made, and nothing comes through.
 * - `half-open`: connections of before are dead and neither side is told; new ones work.
 * - `down`: connections are reset, and new ones at once.
 */
export type LinkFault =
  | { readonly kind: 'clear' }
  | { readonly kind: 'slow'; readonly latencyMs: number; readonly jitterMs: number }
  | { readonly kind: 'sliced'; readonly bytes: number; readonly pauseMs: number }
  | { readonly kind: 'black-hole' }
  | { readonly kind: 'half-open' }
  | { readonly kind: 'down' };

/** Bytes under way in one direction; the sender waits beyond it, as behind a slow line. */
const UNDER_WAY_MAX = 65_536;

/** A TCP link on loopback that can be made to fail. */
export class TcpProxy {
  private fault: LinkFault = { kind: 'clear' };
  private readonly sockets = new Set<Socket>();
  /** The other side of these is gone, and they do not know. */
  private readonly forsaken = new WeakSet<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly random: () => number,
  ) {}

  /** @param random for jitter, 0 to 1. */
  static async to(targetPort: number, random: () => number = Math.random): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a proxy without a port');
    const proxy = new TcpProxy(server, address.port, random);
    server.on('connection', (socket) => proxy.join(socket, targetPort));
    return proxy;
  }

  /** Takes effect at once, on open connections too. Bytes that a black hole swallowed are lost with their connection. */
  set(fault: LinkFault): void {
    const wasHole = this.fault.kind === 'black-hole';
    this.fault = fault;
    if (fault.kind === 'half-open') for (const socket of this.sockets) this.forsaken.add(socket);
    // A stream with a piece missing must not go on as if it were whole.
    if (fault.kind === 'down' || wasHole) this.reset();
  }

  /** Every open connection is reset; new ones are as the fault says. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, targetPort: number): void {
    this.keep(near);
    if (this.fault.kind === 'down') return void near.resetAndDestroy();
    const far = connect({ port: targetPort, host: '127.0.0.1' });
    this.keep(far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.pump(from, to);
      from.once('close', () => {
        if (!this.forsaken.has(from)) to.destroy();
      });
    }
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => this.sockets.delete(socket));
  }

  private pump(from: Socket, to: Socket): void {
    let underWay = 0;
    let last: Promise<void> = Promise.resolve();
    from.on('data', (piece: Buffer) => {
      if (this.fault.kind === 'black-hole' || this.forsaken.has(from)) return;
      underWay += piece.byteLength;
      if (underWay > UNDER_WAY_MAX) from.pause();
      const arrived = this.delay();
      last = Promise.all([last, arrived]).then(async () => {
        await this.pass(piece, to);
        underWay -= piece.byteLength;
        if (underWay <= UNDER_WAY_MAX) from.resume();
      });
    });
    from.once('end', () => {
      if (!this.forsaken.has(from)) void last.then(() => to.end());
    });
    from.resume();
  }

  private delay(): Promise<void> | undefined {
    if (this.fault.kind !== 'slow') return undefined;
    const { latencyMs, jitterMs } = this.fault;
    return pause(Math.max(0, latencyMs + (this.random() * 2 - 1) * jitterMs));
  }

  private async pass(piece: Buffer, to: Socket): Promise<void> {
    const { fault } = this;
    if (fault.kind !== 'sliced') return void (to.destroyed || to.write(piece));
    for (let at = 0; at < piece.byteLength && !to.destroyed; at += fault.bytes) {
      to.write(piece.subarray(at, at + fault.bytes));
      await pause(fault.pauseMs);
    }
  }
}
