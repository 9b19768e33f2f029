import { Inject, Injectable } from '@nestjs/common';

import type { ProtocolError } from '#machine-protocol/protocol-error.js';
import type { Channel } from '#machine-protocol/topics.js';
import type { Logger } from '#platform/logging.js';
import { Metrics } from '#platform/metrics.js';
import { LOGGER } from '#platform/tokens.js';

/** Anybody with a place at the broker can make refused messages: all are counted, few are written down. */
const LOG_EVERY_MS = 10_000;
/** Machines come from topics, which a stranger may choose. */
const MACHINES_MAX = 1_000;

/** What was not taken from the machine link: without an answer, and never with its content. */
@Injectable()
export class RefusedMessages {
  private readonly loggedAt = new Map<string, number>();

  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  refuse(machineId: string, channel: Channel, { code, message }: ProtocolError): void {
    this.metrics.machineMessagesRefused.inc({ channel, code });
    const now = performance.now();
    const key = `${machineId}/${channel}/${code}`;
    if (now - (this.loggedAt.get(key) ?? -LOG_EVERY_MS) < LOG_EVERY_MS) return;
    if (this.loggedAt.size >= MACHINES_MAX) this.loggedAt.clear();
    this.loggedAt.set(key, now);
    this.logger.warn({ machineId, channel, code, fault: message }, 'a message on the machine link was refused');
  }
}
