import { notified } from '#purchase/testing/happenings.js';
import { BEGINNING } from '#purchase/testing/visit.js';

import { PurchaseRunner, type RunnerClock } from './runner.js';
import { settled } from './testing/manual-clock.js';
import { ScriptedPerformer } from './testing/scripted-performer.js';
import { Installation } from './testing/server.js';

/** The timers of a process that stands still come all at once when it goes on. */
class FrozenClock implements RunnerClock {
  private isFrozen = false;
  private held: (() => void)[] = [];

  constructor(private readonly clock: RunnerClock) {}

  now(): number {
    return this.clock.now();
  }

  after(delayMs: number, work: () => void): { cancel(): void } {
    return this.clock.after(delayMs, () => {
      if (this.isFrozen) this.held.push(work);
      else work();
    });
  }

  freeze(): void {
    this.isFrozen = true;
  }

  async thaw(): Promise<void> {
    this.isFrozen = false;
    for (const work of this.held.splice(0)) work();
    await settled();
  }
}

describe('a server that stood still', () => {
  it('does not do what another server has taken over meanwhile', async () => {
    const installation = new Installation();
    const clock = new FrozenClock(installation.clock);
    const performer = new ScriptedPerformer();
    const stalled = installation.server();
    const runner = new PurchaseRunner({ store: stalled.store, performer, clock, mayAct: () => true });
    const other = installation.server();
    other.performer.hold('getPaymentStatus');

    const { grantNumber: _, ...beginning } = BEGINNING;
    await runner.begin(beginning, { payer: 'pseudonym', requestKey: 'key' });
    clock.freeze();
    await installation.pass(8_000, other);
    expect(await other.runner.sweep()).toBe(1);
    await settled();
    await clock.thaw();

    expect(performer.acts).toEqual(['sendInvoice']);
    expect(other.performer.acts).toEqual(['getPaymentStatus']);
  });

  it('does not do what another has taken over in a silence that was nearly over when the act fell due', async () => {
    const installation = new Installation();
    const clock = new FrozenClock(installation.clock);
    const performer = new ScriptedPerformer();
    const stalled = installation.server();
    let breaks = 0;
    const options = { store: stalled.store, performer, clock, mayAct: () => true, breaks: () => breaks };
    const runner = new PurchaseRunner(options);
    const other = installation.server();
    other.performer.hold('getPaymentStatus');

    const { grantNumber: _, ...beginning } = BEGINNING;
    await runner.begin(beginning, { payer: 'pseudonym', requestKey: 'key' });
    clock.freeze();
    await installation.pass(4_000, other);
    expect(await other.runner.sweep()).toBe(1);
    await settled();
    breaks += 1;
    await clock.thaw();

    expect(performer.acts).toEqual(['sendInvoice']);
    expect(other.performer.acts).toEqual(['getPaymentStatus']);
  });

  it('begins a purchase after a silence as ever', async () => {
    const installation = new Installation();
    const { store } = installation.server();
    const performer = new ScriptedPerformer();
    const options = { store, performer, clock: installation.clock, mayAct: () => true, breaks: () => 1 };

    const { grantNumber: _, ...beginning } = BEGINNING;
    const begun = await new PurchaseRunner(options).begin(beginning, { payer: 'pseudonym', requestKey: 'key' });

    expect(begun.state).toBe('INVOICED');
  });

  it('goes on with what reaches it afterwards', async () => {
    const installation = new Installation();
    const clock = new FrozenClock(installation.clock);
    const performer = new ScriptedPerformer();
    const { store } = installation.server();
    const runner = new PurchaseRunner({ store, performer, clock, mayAct: () => true });

    const { grantNumber: _, ...beginning } = BEGINNING;
    await runner.begin(beginning, { payer: 'pseudonym', requestKey: 'key' });
    clock.freeze();
    await installation.pass(8_000);
    await clock.thaw();
    performer.isConfirmed = true;
    await runner.dispatch(BEGINNING.id, notified);
    await settled();

    expect(installation.purchase.state).toBe('UNLOCKING');
  });
});
