import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import type { LiveNotice } from '#fleet/operator-views.js';
import { Changes } from '#purchasing/changes.js';

/** Proxies cut silent connections after half a minute and more. */
const COMMENT_EVERY_MS = 15_000;
/** A console holds one stream; this many operators look at once. */
const STREAMS_MAX = 200;
/** A reader that does not keep up is let go and comes back by itself. */
const BUFFERED_BYTES_MAX = 65_536;

/** Server-sent events: what changed, as it changes. */
@Injectable()
export class LiveStream implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly streams = new Set<FastifyReply>();
  private comments: NodeJS.Timeout | undefined;

  constructor(@Inject(Changes) private readonly changes: Changes) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.changes.watch((notice) => this.send(notice));
    this.comments = setInterval(() => this.write(': still here\n\n'), COMMENT_EVERY_MS);
  }

  /** @returns false when too many are watching already. */
  open(reply: FastifyReply): boolean {
    if (this.streams.size >= STREAMS_MAX) return false;
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    reply.raw.write(': connected\n\n');
    this.streams.add(reply);
    reply.raw.once('close', () => this.streams.delete(reply));
    return true;
  }

  /** An open stream would keep the HTTP server from closing, which Nest does after this. */
  onModuleDestroy(): void {
    clearInterval(this.comments);
    for (const stream of this.streams) stream.raw.end();
    this.streams.clear();
  }

  private send(notice: LiveNotice): void {
    this.write(`data: ${JSON.stringify(notice)}\n\n`);
  }

  private write(text: string): void {
    for (const stream of this.streams) {
      if (stream.raw.writableLength > BUFFERED_BYTES_MAX) stream.raw.destroy();
      else stream.raw.write(text);
    }
  }
}
