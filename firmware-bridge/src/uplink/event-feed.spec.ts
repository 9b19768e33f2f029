import type { EventAck, MachineEvent } from '#machine-protocol/messages.js';

import { ManualClock } from '../../test/manual-clock.js';
import { EventFeed, IN_FLIGHT_MAX, type EventSource } from './event-feed.js';

const JOURNAL = 'journal-1';

/** A journal that is only numbers. */
class Numbers implements EventSource {
  readonly journalId = JOURNAL;
  acknowledgedUpTo = 0;

  constructor(public lastSeq: number) {}

  event(seq: number): MachineEvent | undefined {
    const at = '2026-01-01T00:00:00.000Z';
    const body = { type: 'cash.sale', selection: 1, priceMinor: 1 } as const;
    return { v: 1, machineId: 'machine-1', journalId: JOURNAL, bootId: 'boot-0001', seq, at, body };
  }

  acknowledge(upTo: number): void {
    this.acknowledgedUpTo = upTo;
  }
}

function setUp(lastSeq: number) {
  const clock = new ManualClock();
  const source = new Numbers(lastSeq);
  const sent: number[] = [];
  const timings = { resendMs: 3_000, resendMaxMs: 30_000 };
  const feed = new EventFeed(source, ({ seq }) => sent.push(seq), timings, clock);
  const ack = (upTo: number, journalId = JOURNAL): void => {
    const message: EventAck = { v: 1, machineId: 'machine-1', journalId, upTo, at: '2026-01-01T00:00:00.000Z' };
    feed.acknowledged(message);
  };
  return { clock, source, feed, ack, seen: () => sent.splice(0) };
}

it('sends nothing without a connection, and everything in order with one', () => {
  const { feed, seen } = setUp(3);
  feed.pump();
  expect(seen()).toEqual([]);
  feed.connect();
  expect(seen()).toEqual([1, 2, 3]);
  feed.pump();
  expect(seen()).toEqual([]);
});

it('keeps at most a window in flight and moves on with each acknowledgement', () => {
  const { feed, ack, seen } = setUp(200);
  feed.connect();
  expect(seen()).toHaveLength(IN_FLIGHT_MAX);
  ack(10);
  expect(seen()).toEqual(Array.from({ length: 10 }, (_, index) => IN_FLIGHT_MAX + 1 + index));
});

it('sends again from the first event without an acknowledgement, ever more slowly while there is none', () => {
  const { clock, feed, ack, seen } = setUp(4);
  feed.connect();
  ack(2);
  seen();
  const times: number[] = [];
  for (let second = 1; second <= 120; second += 1) {
    clock.advance(1_000);
    if (seen().join() === '3,4') times.push(second);
  }
  expect(times).toEqual([3, 9, 21, 45, 75, 105]);
});

it('fills a gap at once, and once', () => {
  const { feed, ack, seen } = setUp(5);
  feed.connect();
  seen();
  ack(1);
  expect(seen()).toEqual([]);
  ack(1);
  expect(seen()).toEqual([2, 3, 4, 5]);
  ack(1);
  ack(1);
  expect(seen()).toEqual([]);
});

it('begins with what is not acknowledged after each connection', () => {
  const { feed, ack, seen } = setUp(5);
  feed.connect();
  ack(3);
  feed.disconnect();
  seen();
  feed.connect();
  expect(seen()).toEqual([4, 5]);
});

it('stays silent while disconnected, whatever time passes', () => {
  const { clock, feed, seen } = setUp(5);
  feed.connect();
  feed.disconnect();
  seen();
  clock.advance(600_000);
  expect(seen()).toEqual([]);
});

it('believes no acknowledgement of another journal, nor one of what was never recorded', () => {
  const { source, feed, ack } = setUp(5);
  feed.connect();
  ack(4, 'journal-2');
  ack(6);
  expect(source.acknowledgedUpTo).toBe(0);
});
