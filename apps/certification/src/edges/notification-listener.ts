import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';

import type { Notifications } from '../walk/surroundings.js';

interface ListenerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** How SEQR reaches the listener, when not at its own address: a tunnel, a proxy. */
  readonly publicUrl: string | undefined;
  /** Whether SEQR, wherever it is, could reach a listener on this computer's own address. */
  readonly isSeqrHere: boolean;
}

/** A run has four invoices; more calls than this are not SEQR's. */
const CALLS_MAX = 100;

/** Hears SEQR's notifications: an empty POST to a URL that nobody can guess, answered at once with an empty 200. */
export class NotificationListener implements Notifications {
  readonly #heard: { readonly label: string; readonly text: string }[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #nonce = randomBytes(16).toString('base64url');

  private constructor(
    private readonly server: Server,
    private readonly baseUrl: string,
    readonly unreachable: string | undefined,
  ) {}

  /** @throws Error when the port is taken */
  static async start({ host, port, publicUrl, isSeqrHere }: ListenerOptions): Promise<NotificationListener> {
    const server = createServer({ requestTimeout: 10_000 });
    server.listen(port, host);
    await once(server, 'listening');
    const own = `http://${host}:${(server.address() as AddressInfo).port}`;
    const unreachable =
      publicUrl === undefined && !isSeqrHere
        ? `not reachable from SEQR: needs CERTIFY_NOTIFICATION_URL, an address from which SEQR's calls come to ${own}`
        : undefined;
    const listener = new NotificationListener(server, publicUrl ?? own, unreachable);
    server.on('request', (request, response) => {
      request.resume();
      response.writeHead(200, { 'Content-Length': '0' }).end();
      listener.#hear(request.method ?? '', new URL(request.url ?? '/', own).pathname);
    });
    return listener;
  }

  /** An invoice's notification URL is this, a slash, and its label. */
  get base(): string {
    return `${this.baseUrl}/notification/${this.#nonce}`;
  }

  async arrived(label: string, withinSeconds: number): Promise<string | undefined> {
    const deadline = Date.now() + withinSeconds * 1_000;
    for (;;) {
      const heard = this.#heard.find((one) => one.label === label);
      const left = deadline - Date.now();
      if (heard || left <= 0) return heard?.text;
      await this.#nextCall(left);
    }
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  #hear(method: string, path: string): void {
    // A proxy may put something before the path.
    const label = path.split(`/${this.#nonce}/`)[1];
    if (label === undefined || this.#heard.length >= CALLS_MAX) return;
    this.#heard.push({ label, text: `a ${method} at ${new Date().toISOString()}` });
    for (const wake of this.#waiting) wake();
  }

  #nextCall(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, withinMs);
      this.#waiting.add(wake);
    });
  }
}

/** For procedures without notifications. */
export const noNotifications = {
  base: '',
  close: () => Promise.resolve(),
  unreachable: 'this procedure has no notifications',
  arrived: () => Promise.resolve(undefined),
} satisfies Notifications & { readonly base: string; close(): Promise<void> };
