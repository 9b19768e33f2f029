import type { EventAck, MachineEvent } from '#machine-protocol/messages.js';

import type { Cancel, Clock } from '../clock.js';
import type { Timings } from '../timings.js';

/** Sent and not acknowledged at a time: some 50 kB, which a slow mobile line carries in a second or two. */
export const IN_FLIGHT_MAX = 50;

/** What the feed needs of the journal. */
export interface EventSource {
  readonly journalId: string;
  readonly lastSeq: number;
  readonly acknowledgedUpTo: number;
  event(seq: number): MachineEvent | undefined;
  acknowledge(upTo: number): void;
}

/**
 * Sends the journal's events in order and again until the gateway acknowledges them. A broker's PUBACK counts for
 * nothing here: a broker may lose what it took (invariant I27: acknowledged means durable at the server).
 */
export class EventFeed {
  private connected = false;
  private nextSeq = 1;
  private resendMs: number;
  private lastAck = -1;
  /** Acknowledgements of one gap come once for every event behind it; it is filled once. */
  private gapFilledAt = -1;
  private resending: Cancel | undefined;

  constructor(
    private readonly source: EventSource,
    private readonly send: (event: MachineEvent) => void,
    private readonly timings: Pick<Timings, 'resendMs' | 'resendMaxMs'>,
    private readonly clock: Pick<Clock, 'after'>,
  ) {
    this.resendMs = timings.resendMs;
  }

  connect(): void {
    this.connected = true;
    this.resendMs = this.timings.resendMs;
    this.lastAck = -1;
    this.gapFilledAt = -1;
    this.resend();
  }

  disconnect(): void {
    this.connected = false;
    this.resending?.();
    this.resending = undefined;
  }

  /** From the first event that is not acknowledged. */
  resend(): void {
    this.nextSeq = this.source.acknowledgedUpTo + 1;
    this.pump();
  }

  /** Sends what may be sent now. */
  pump(): void {
    if (!this.connected) return;
    const first = this.source.acknowledgedUpTo + 1;
    this.nextSeq = Math.max(this.nextSeq, first);
    const end = Math.min(this.source.lastSeq, first + IN_FLIGHT_MAX - 1);
    for (; this.nextSeq <= end; this.nextSeq += 1) {
      const event = this.source.event(this.nextSeq);
      if (event !== undefined) this.send({ ...event, oldest: first });
    }
    if (this.nextSeq > first) this.armResend();
  }

  /** An acknowledgement of another journal, or one that goes back, says nothing. */
  acknowledged({ journalId, upTo }: EventAck): void {
    if (journalId !== this.source.journalId || upTo > this.source.lastSeq) return;
    if (upTo > this.source.acknowledgedUpTo) {
      this.source.acknowledge(upTo);
      this.resendMs = this.timings.resendMs;
      this.resending?.();
      this.resending = undefined;
    } else if (upTo === this.lastAck && this.gapFilledAt !== upTo && this.nextSeq > upTo + 1) {
      this.gapFilledAt = upTo;
      this.nextSeq = upTo + 1;
    }
    this.lastAck = upTo;
    this.pump();
  }

  private armResend(): void {
    if (this.resending !== undefined) return;
    this.resending = this.clock.after(this.resendMs, () => {
      this.resending = undefined;
      this.resendMs = Math.min(this.resendMs * 2, this.timings.resendMaxMs);
      this.resend();
    });
  }
}
