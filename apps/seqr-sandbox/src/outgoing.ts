import { readFile } from 'node:fs/promises';

import { Agent, request } from 'undici';

import type { Clock } from './clock.js';

export interface OutgoingReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** No answer that could be read. The message holds no URL, since notification URLs are secrets of their merchant. */
export class OutgoingError extends Error {
  override readonly name = 'OutgoingError';
  constructor(
    readonly code: 'TIMEOUT' | 'NO_CONNECTION' | 'REPLY_TOO_LARGE',
    message: string,
  ) {
    super(message);
  }
}

/** Both answers that are awaited hold a few dozen bytes. */
const REPLY_BYTES_MAX = 64 * 1024;

/** What SEQR's servers send by themselves: POSTs to the merchant, with one deadline each and no redirects. */
export class Outgoing {
  private constructor(
    private readonly agent: Agent,
    private readonly clock: Clock,
  ) {}

  /**
   * @param caFile a certificate to trust (PEM). Without one no certificate is checked: on a developer's machine they are
   *   self-signed, and the sandbox carries nothing worth stealing.
   */
  static async open(clock: Clock, caFile?: string): Promise<Outgoing> {
    const connect = caFile === undefined ? { rejectUnauthorized: false } : { ca: await readFile(caFile) };
    return new Outgoing(new Agent({ connect }), clock);
  }

  /** @throws OutgoingError */
  async post(url: string, headers: Record<string, string>, body: string, timeoutMs: number): Promise<OutgoingReply> {
    const abort = new AbortController();
    const late = new OutgoingError('TIMEOUT', `no answer within ${timeoutMs} ms`);
    const cancel = this.clock.after(timeoutMs, () => abort.abort(late));
    try {
      const reply = await request(url, { method: 'POST', headers, body, dispatcher: this.agent, signal: abort.signal });
      const pieces: Buffer[] = [];
      let bytes = 0;
      for await (const piece of reply.body as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > REPLY_BYTES_MAX)
          throw new OutgoingError('REPLY_TOO_LARGE', `the answer has over ${REPLY_BYTES_MAX} bytes`);
        pieces.push(piece);
      }
      const contentType = String(reply.headers['content-type'] ?? '');
      return { status: reply.statusCode, contentType, body: Buffer.concat(pieces).toString('utf8') };
    } catch (error) {
      if (error instanceof OutgoingError) throw error;
      const code = typeof error === 'object' && error && 'code' in error ? String(error.code) : 'no code';
      throw new OutgoingError('NO_CONNECTION', `the connection failed (${code})`);
    } finally {
      cancel();
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }
}
