import {
  accepted,
  closeSent,
  closed,
  dispensed,
  failed,
  grantNotSent,
  grantSent,
  refused,
  selected,
  status,
  timePassed,
} from '../testing/happenings.js';
import { askedToClose, granted, neverAnswered, oneDispensed, unlocked, unlocking, waiting } from '../testing/stages.js';
import { TERMS } from '../testing/visit.js';
import { interrupted } from './outcomes.js';
import { LINK_DELAY_MS } from './unlocking.js';

describe('unlocking the machine', () => {
  it('repeats the grant every two seconds until the machine answers', () => {
    const visit = unlocking().on(grantSent);

    expect(visit.next).toEqual({ kind: 'sendGrant', inMs: 2_000 });
    expect(visit.whenDue().on(grantSent).next).toEqual({ kind: 'sendGrant', inMs: 2_000 });
    expect(visit.on(accepted).state).toBe('UNLOCKED');
  });

  it('tries again every two seconds, and a last time at the deadline, when the grant cannot be sent', () => {
    const visit = unlocking().on(grantNotSent);

    expect(visit.next).toEqual({ kind: 'sendGrant', inMs: 2_000 });
    for (const event of [grantNotSent, grantSent]) {
      expect(unlocking().later(14_000).on(event).next).toEqual({ kind: 'sendGrant', inMs: 1_000 });
    }
  });

  it('charges what was sold under a grant whose acceptance was lost', () => {
    const visit = granted().on(selected(1, 11), dispensed(1), closed(1, 180n));

    expect(visit.purchase).toMatchObject({ state: 'SETTLING', settlement: { amountMinor: 180n } });
  });

  it('releases when the machine refuses', () => {
    const visit = granted().on(refused());

    expect(visit.state).toBe('RELEASING');
    expect(visit.cases).toEqual([]);
  });

  it('releases at once at the deadline when the grant never left', () => {
    const visit = unlocking().on(grantNotSent).later(TERMS.unlockWithinMs).on(timePassed);

    expect(visit.state).toBe('RELEASING');
  });

  it('asks the machine to close at the deadline when the grant may have reached it', () => {
    expect(neverAnswered().state).toBe('CLOSING');
    expect(neverAnswered().next).toEqual({ kind: 'closeGrant', inMs: 0 });
  });

  it('counts a grant as sent when the server that was sending it died', () => {
    const event = interrupted({ kind: 'sendGrant', dueAt: 0 });
    const visit = unlocking()
      .later(TERMS.unlockWithinMs)
      .on(event ?? timePassed, timePassed);

    expect(visit.state).toBe('CLOSING');
  });

  it('ends the grant well before the reservation can lapse', () => {
    const visit = unlocked();

    expect(visit.purchase.next).toEqual({
      kind: 'awaitMachine',
      dueAt: (visit.purchase.grant?.unlockedAt ?? 0) + TERMS.grantLifetimeMs + LINK_DELAY_MS,
    });
    const reservationEndsAt = (visit.purchase.reservedAt ?? 0) + TERMS.reservationLifetimeMs;
    expect(visit.purchase.next?.dueAt).toBeLessThan(reservationEndsAt - TERMS.settleMarginMs);
  });
});

describe('closing the session', () => {
  it('asks the machine when it should long have closed', () => {
    expect(unlocked().later(1_000).on(timePassed).state).toBe('UNLOCKED');
    expect(askedToClose().state).toBe('CLOSING');
  });

  it('asks again, later each time, at most half a minute apart', () => {
    const gaps: (number | undefined)[] = [];
    for (let visit = askedToClose(), i = 0; i < 7; i += 1) {
      visit = visit.whenDue().on(closeSent);
      gaps.push(visit.next?.inMs);
    }

    expect(gaps).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('asks again in the same way when the machine could not be asked', () => {
    const visit = askedToClose().on({ type: 'CloseNotSent', detail: 'the machine is offline' });

    expect(visit.next).toEqual({ kind: 'closeGrant', inMs: 2_000 });
  });

  it('takes the closing report whenever it comes', () => {
    expect(askedToClose().on(closeSent, closed(0, 0n, 'asked')).state).toBe('RELEASING');
  });

  it('waits for the report of an unlocked machine as long as the reservation allows', () => {
    const visit = askedToClose();
    const latest = (visit.purchase.reservedAt ?? 0) + TERMS.reservationLifetimeMs - TERMS.settleMarginMs - visit.now;

    expect(visit.later(latest - 1).on(timePassed).state).toBe('CLOSING');
    const settled = visit.later(latest).on(timePassed);
    expect(settled.state).toBe('RELEASING');
    expect(settled.cases).toMatchObject([{ reason: 'no-closing-report', amountMinor: 2_000n }]);
  });

  it('charges what is confirmed when the report never comes, and opens a case for the rest', () => {
    const visit = oneDispensed().whenDue().later(TERMS.reservationLifetimeMs).on(timePassed);

    expect(visit.purchase).toMatchObject({ state: 'SETTLING', settlement: { amountMinor: 180n } });
    expect(visit.cases).toMatchObject([{ reason: 'no-closing-report', amountMinor: 1_820n }]);
  });

  it('waits for a machine that never answered until its grant is certainly void, and opens no case', () => {
    const visit = neverAnswered();
    const decidedAt = visit.purchase.grant?.decidedAt ?? 0;
    const voidInMs = decidedAt + TERMS.unlockWithinMs + TERMS.grantLifetimeMs + LINK_DELAY_MS - visit.now;

    expect(visit.later(voidInMs - 1).on(timePassed).state).toBe('CLOSING');
    expect(visit.later(voidInMs).on(timePassed).state).toBe('RELEASING');
    expect(visit.later(voidInMs).on(timePassed).cases).toEqual([]);
  });

  it('learns from a late acceptance that the machine was unlocked after all', () => {
    const visit = neverAnswered().on(accepted, selected(1, 11), dispensed(1), closed(1, 180n));

    expect(visit.purchase).toMatchObject({ state: 'SETTLING', settlement: { amountMinor: 180n } });
  });

  it('waits as long as the reservation allows for a machine that accepted late, and then opens a case', () => {
    const visit = neverAnswered().on(accepted);
    const latest = (visit.purchase.reservedAt ?? 0) + TERMS.reservationLifetimeMs - TERMS.settleMarginMs - visit.now;

    expect(visit.purchase.grant?.unlockedAt).toBe(visit.now);
    expect(visit.later(1).on(accepted).purchase).toBe(visit.purchase);
    expect(visit.later(latest - 1).on(timePassed).state).toBe('CLOSING');
    expect(visit.later(latest).on(timePassed).reasons).toEqual(['no-closing-report']);
  });

  it('releases when the machine says late that it never took the grant', () => {
    expect(neverAnswered().on(refused('expired')).state).toBe('RELEASING');
  });

  it('does not release what was dispensed when the machine refuses a repeated grant', () => {
    const visit = oneDispensed().whenDue().on(refused('old-number'));

    expect(visit.state).toBe('CLOSING');
    expect(visit.on(closed(1, 180n)).purchase.settlement?.amountMinor).toBe(180n);
  });
});

it('unlocks nothing by the machine’s own word', () => {
  for (const visit of [waiting(), waiting().on(status('ISSUED')), waiting().on(failed('StatusUnread', 'unknown'))]) {
    expect(visit.on(accepted, closed(0, 0n)).purchase).toBe(visit.purchase);
  }
});
