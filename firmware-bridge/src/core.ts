import type { MachineEventBody } from '#machine-protocol/messages.js';

import type { MachineAdapter } from './adapters/adapter.js';
import type { Cancel, Clock } from './clock.js';
import { FaultLimiter } from './fault-limiter.js';
import type { Journal } from './journal/journal.js';
import { JournalError } from './journal/journal.js';
import type { Log } from './log.js';
import { nextDeadline, step } from './session/step.js';
import type { Action, BridgeState, Input, Rules } from './session/state.js';

export interface CoreDeps {
  readonly journal: Journal;
  readonly adapter: Pick<
    MachineAdapter,
    'openSession' | 'approve' | 'deny' | 'closeSession' | 'restart' | 'takeTranscript'
  >;
  readonly clock: Clock;
  readonly log: Log;
  readonly faultPauseMs: number;
  /** Something may have to be told: the state changed, or there are events to send. */
  readonly changed: () => void;
  /** Send from the journal again: the gateway asked for something that it has not acknowledged. */
  readonly resend: () => void;
}

/**
 * Takes one input after the other, asks the pure `step` what it means, and does it in that order: what is to be
 * recorded is on the disk before the next action begins.
 */
export class Core {
  private current: BridgeState;
  private readonly waiting: Input[] = [];
  private working = false;
  private timer: Cancel | undefined;
  private failure: string | undefined;
  private stopping = false;
  /** Since the journal became full; a power cut forgets the number, and the log has them all. */
  private cashSalesDropped = 0;
  private readonly faults: FaultLimiter;

  constructor(
    private readonly rules: Rules,
    private readonly deps: CoreDeps,
  ) {
    this.current = { machine: 'lost', ledger: deps.journal.ledger };
    this.faults = new FaultLimiter(deps.faultPauseMs, deps.clock);
  }

  get state(): BridgeState {
    return this.current;
  }

  /** Why no sale may begin, whatever the machine says. */
  get obstacle(): string | undefined {
    if (this.failure !== undefined) return this.failure;
    if (this.stopping) return 'the bridge is stopping';
    if (this.deps.journal.full) return 'too many events wait for the gateway: the journal is full';
    return undefined;
  }

  /** Inputs that arise while one is worked on wait for its end. */
  take(input: Input): void {
    if (this.failure !== undefined) return;
    this.waiting.push(input);
    if (this.working) return;
    this.working = true;
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) this.handle(next);
    this.working = false;
    this.armTimer();
    this.deps.changed();
  }

  /** Ends the open session, and begins no other. */
  windDown(): void {
    this.stopping = true;
    this.take({ type: 'stop' });
  }

  /** Stops the timers; nothing is done any more. */
  halt(reason: string): void {
    this.failure = reason;
    this.waiting.length = 0;
    this.timer?.();
  }

  private handle(input: Input): void {
    const { state, actions } = step(this.current, input, this.deps.clock.monotonicMs(), this.rules);
    this.current = state;
    this.attempt(() => actions.forEach((action) => this.act(action)));
    // The same ledger, with the evidence that was put into its events on the way to the disk.
    this.current = { ...this.current, ledger: this.deps.journal.ledger };
  }

  /** Does what needs the journal; when it fails, the machine is locked instead. */
  attempt(work: () => void): void {
    try {
      work();
      this.ownUp();
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      this.lockUp(error);
    }
  }

  private act(action: Action): void {
    const { adapter, journal, clock } = this.deps;
    switch (action.type) {
      case 'record':
        return this.record(action.body);
      case 'admit':
        adapter.takeTranscript();
        return journal.admit(action.key);
      case 'answer-again':
        return journal.holds(action.body) ? this.deps.resend() : void journal.record(action.body);
      case 'open':
        return adapter.openSession(action.creditMinor, action.withinMs);
      case 'approve':
        // Writing the choice down may have taken long on a worn disk.
        if (clock.monotonicMs() >= action.notAfter) return this.take({ type: 'approval-late' });
        return adapter.approve(action.priceMinor);
      case 'deny':
        return adapter.deny();
      case 'close':
        return adapter.closeSession();
      case 'restart-adapter':
        return adapter.restart();
    }
  }

  private record(body: MachineEventBody): void {
    const { adapter, journal, log } = this.deps;
    if (body.type === 'fault') {
      if (!this.faults.allows(body.code)) return;
      log.warn('fault', { code: body.code, detail: body.detail });
      // Worth less than room for what was sold.
      if (journal.full) return;
    }
    // Coins need no server: they alone could use up the room for the session that is open.
    if (body.type === 'cash.sale' && journal.full) {
      this.cashSalesDropped += 1;
      return log.warn('a cash sale is not written down, the journal is full', { ...body });
    }
    const { seq } = journal.record('serial' in body ? { ...body, serial: adapter.takeTranscript() } : body);
    const { purchaseId } = 'purchaseId' in body ? body : {};
    log.info(body.type, { seq, purchaseId });
  }

  /** There is room again: how many cash sales the server will never hear of. */
  private ownUp(): void {
    const dropped = this.cashSalesDropped;
    if (dropped === 0 || this.deps.journal.full || this.deps.journal.failed) return;
    this.cashSalesDropped = 0;
    const detail = `${dropped} cash sales were not written down while the journal was full`;
    this.deps.journal.record({ type: 'fault', code: 'cash-sales-dropped', detail });
  }

  /** What cannot be written down must not happen: the machine is locked until the bridge was started again. */
  private lockUp(error: JournalError): void {
    this.deps.log.error('the journal failed', { code: error.code, reason: error.message, cause: String(error.cause) });
    this.halt(`the journal failed: ${error.code}`);
    const { session: _, ...rest } = this.current;
    this.current = rest;
    this.deps.adapter.deny();
    this.deps.adapter.closeSession();
  }

  private armTimer(): void {
    this.timer?.();
    this.timer = undefined;
    const due = nextDeadline(this.current);
    if (due === undefined || this.failure !== undefined) return;
    const pause = Math.max(0, due - this.deps.clock.monotonicMs());
    this.timer = this.deps.clock.after(pause, () => this.take({ type: 'tick' }));
  }
}
