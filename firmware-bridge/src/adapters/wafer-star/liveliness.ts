import type { Cancel, Clock } from '../../clock.js';
import type { Timings } from '../../timings.js';
import type { MdbState } from '../mdb/state.js';

/** A machine that does not answer so many requests for the time has no clock to tell. */
const PROBES_MAX = 3;
/** Nor does one that speaks in between, and says the time to none of so many: it may take the question for nonsense. */
const UNANSWERED_MAX = 12;

export interface LivelinessActions {
  phase(): MdbState['phase'];
  /** The machine speaks level 2 at least, so it knows TIME/DATE REQUEST. */
  knowsTheQuestion(): boolean;
  /** Look whether the port is there. */
  check(): void;
  restart(): void;
  probe(): void;
  lost(): void;
}

/**
 * An idle machine says nothing that the adapter passes on, so silence alone proves nothing. What can be done about it:
 * the port is looked at; a machine that does not set us up is told JUST RESET again; and one that answers TIME/DATE
 * REQUEST (MDB/ICP 4.2, an option of level 2) is asked the time, and is lost when it stops answering. One that never
 * answered has no clock, or went silent before it was asked: JUST RESET tells which, as every machine answers that. A
 * machine of level 1 is asked nothing.
 */
export class Liveliness {
  private heardAt = 0;
  private restartedAt = 0;
  /** Questions asked since the machine last said anything. */
  private probes = 0;
  /** Questions asked since the machine last said the time. */
  private unanswered = 0;
  private probedAt = -Infinity;
  private tellsTime = false;
  private hasNoClock = false;
  private beat: Cancel | undefined;

  constructor(
    private readonly timings: Pick<Timings, 'heartbeatMs' | 'silentMs'>,
    private readonly clock: Clock,
    private readonly actions: LivelinessActions,
  ) {}

  begin(): void {
    this.end();
    this.heardAt = this.clock.monotonicMs();
    this.restartedAt = this.heardAt;
    this.probes = 0;
    this.unanswered = 0;
    this.probedAt = -Infinity;
    this.tellsTime = false;
    this.hasNoClock = false;
    this.next();
  }

  end(): void {
    this.beat?.();
  }

  heard(): void {
    this.heardAt = this.clock.monotonicMs();
    this.probes = 0;
  }

  /** The machine said the time: it answers, unless nobody asked of late. */
  answered(): void {
    if (this.clock.monotonicMs() - this.probedAt > this.timings.silentMs) return;
    this.unanswered = 0;
    this.tellsTime = true;
    this.hasNoClock = false;
  }

  private next(): void {
    this.beat = this.clock.after(this.timings.heartbeatMs, () => {
      this.next();
      this.look(this.actions.phase());
    });
  }

  private look(phase: MdbState['phase']): void {
    const { heartbeatMs, silentMs } = this.timings;
    const now = this.clock.monotonicMs();
    this.actions.check();
    if (phase === 'inactive') {
      if (now - Math.max(this.heardAt, this.restartedAt) < silentMs) return;
      this.restartedAt = now;
      return this.actions.restart();
    }
    // A session is not disturbed; it has deadlines of its own.
    if (phase !== 'enabled' && phase !== 'disabled') return;
    const silence = now - this.heardAt;
    // Asked twice at least: after a stall of this computer the time alone would prove nothing.
    if (this.tellsTime && silence >= silentMs && this.probes >= 2) return this.actions.lost();
    if (silence < heartbeatMs || this.hasNoClock || !this.actions.knowsTheQuestion()) return;
    if (!this.tellsTime && this.unanswered >= UNANSWERED_MAX) {
      this.hasNoClock = true;
      return;
    }
    if (!this.tellsTime && this.probes >= PROBES_MAX) {
      this.hasNoClock = true;
      this.restartedAt = now;
      return this.actions.restart();
    }
    this.probes += 1;
    this.unanswered += 1;
    this.probedAt = now;
    this.actions.probe();
  }
}
