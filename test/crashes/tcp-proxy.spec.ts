import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';

import { eventually, pause } from '../support/eventually.js';
import { TcpProxy } from './tcp-proxy.js';

/** Nothing comes through for this long: then nothing will. */
const SILENCE_MS = 150;

describe('a link that is made to fail', () => {
  let server: Server;
  let accepted: Socket[];
  let proxy: TcpProxy;
  const opened: Socket[] = [];

  beforeEach(async () => {
    accepted = [];
    server = createServer((socket) => {
      accepted.push(socket);
      socket.on('error', () => undefined).pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    proxy = await TcpProxy.to(address.port);
  });

  afterEach(async () => {
    for (const socket of [...opened.splice(0), ...accepted]) socket.destroy();
    await proxy.stop();
    server.close();
  });

  async function dial(): Promise<{ socket: Socket; heard: () => string; isClosed: () => boolean }> {
    const socket = connect(proxy.port, '127.0.0.1');
    opened.push(socket);
    let heard = '';
    socket.on('error', () => undefined).on('data', (data: Buffer) => (heard += data.toString()));
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
    return { socket, heard: () => heard, isClosed: () => socket.closed };
  }

  const hears = (line: { heard: () => string }, text: string) =>
    eventually(`hears ${text}`, () => (line.heard() === text ? true : undefined), 5_000);

  it('passes everything on while it is clear', async () => {
    const line = await dial();
    line.socket.write('one');

    expect(await hears(line, 'one')).toBe(true);
  });

  it.each([
    ['slow', { kind: 'slow', latencyMs: 60, jitterMs: 50 }],
    ['sliced', { kind: 'sliced', bytes: 1, pauseMs: 1 }],
  ] as const)('keeps the order of bytes when it is %s', async (_, fault) => {
    const line = await dial();
    proxy.set(fault);
    for (const piece of ['one ', 'two ', 'three']) line.socket.write(piece);

    expect(await hears(line, 'one two three')).toBe(true);
  });

  it('swallows everything as a black hole, and does not go on with a piece missing', async () => {
    const line = await dial();
    proxy.set({ kind: 'black-hole' });
    line.socket.write('lost');
    await pause(SILENCE_MS);
    expect([line.heard(), line.isClosed()]).toEqual(['', false]);

    proxy.set({ kind: 'clear' });
    await eventually('closed', () => (line.isClosed() ? true : undefined), 5_000);
    const next = await dial();
    next.socket.write('again');
    expect(await hears(next, 'again')).toBe(true);
  });

  it('leaves a half-open connection dead without telling, and lets new ones through', async () => {
    const old = await dial();
    proxy.set({ kind: 'half-open' });
    old.socket.write('lost');
    const next = await dial();
    next.socket.write('new');
    await hears(next, 'new');
    await pause(SILENCE_MS);

    expect([old.heard(), old.isClosed()]).toEqual(['', false]);
  });

  it('resets everything while it is down', async () => {
    const old = await dial();
    proxy.set({ kind: 'down' });
    await eventually('the old one is closed', () => (old.isClosed() ? true : undefined), 5_000);
    const next = await dial();
    await eventually('the new one is closed', () => (next.isClosed() ? true : undefined), 5_000);

    expect(next.heard()).toBe('');
  });
});
