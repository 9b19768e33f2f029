import type { MachineEventBody } from '#machine-protocol/messages.js';

import { keyOf, type Refusal } from './judgement.js';
import { closingReport, foldAdmission, foldEvent, type GrantKey, type OpenGrant } from './ledger.js';
import type { Action, BridgeState, CloseReason, Rules, Session } from './state.js';

/** One input being worked on: the state so far and what is to be done, in order. */
export class Turn {
  readonly actions: Action[] = [];

  constructor(
    public state: BridgeState,
    readonly now: number,
    readonly rules: Rules,
  ) {}

  act(action: Action): void {
    this.actions.push(action);
  }

  /** Puts the event into the ledger and onto the list of things to be written down. */
  record(body: MachineEventBody): void {
    this.state = { ...this.state, ledger: foldEvent(this.state.ledger, body) };
    this.act({ type: 'record', body });
  }

  fault(code: string, detail: string): void {
    this.record({ type: 'fault', code, detail });
  }

  admit(key: GrantKey): void {
    this.state = { ...this.state, ledger: foldAdmission(this.state.ledger, key) };
    this.act({ type: 'admit', key });
  }

  refuse(key: GrantKey, refusal: Refusal): void {
    this.record({ type: 'grant.refused', ...keyOf(key), ...refusal, serial: [] });
  }

  put(session: Session): void {
    this.state = { ...this.state, session };
  }

  /** The open grant of the ledger; there is one whenever there is a session. */
  get open(): OpenGrant {
    const { open } = this.state.ledger;
    if (open === undefined) throw new Error('a session without an open grant in the ledger');
    return open;
  }

  endSession(): void {
    const { session: _, ...rest } = this.state;
    this.state = rest;
  }

  /** The machine is locked: the closing report. */
  finish(reason: CloseReason): void {
    this.record(closingReport(this.open, reason));
    this.endSession();
  }

  uncertain(reason: Extract<MachineEventBody, { type: 'vend.uncertain' }>['reason']): void {
    const { pending } = this.open;
    if (pending === undefined) return;
    this.record({ type: 'vend.uncertain', ...keyOf(this.open), vendNumber: pending.vendNumber, reason, serial: [] });
  }

  /** The payer may choose (again); the selection window begins anew. */
  choose(session: Session): void {
    const { asked: _, ...rest } = session;
    const phaseEndsAt = this.now + session.grant.selectionWindowMs;
    this.put({ ...rest, phase: 'choosing', phaseEndsAt, resultOverdue: false });
  }

  /** Asks the machine to end the session, now or when the vend under way has its result. */
  close(session: Session, reason: CloseReason): void {
    const closing = session.closing ?? reason;
    if (session.phase === 'vending' && this.open.pending !== undefined) return this.put({ ...session, closing });
    this.act({ type: 'close' });
    const phaseEndsAt = this.now + this.rules.timings.stopRetryMs;
    this.put({ ...session, closing, phase: 'closing', stops: session.stops + 1, phaseEndsAt });
  }
}
