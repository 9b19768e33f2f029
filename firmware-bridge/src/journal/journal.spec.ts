import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { MachineEvent, MachineEventBody } from '#machine-protocol/messages.js';
import fc from 'fast-check';

import { ManualClock } from '../../test/manual-clock.js';
import { EVENTS_MAX, Journal, type JournalOptions } from './journal.js';
import { openAfterBoot } from './open-after-boot.js';
import { formatRecord } from './records.js';

const folders: string[] = [];
afterAll(() => folders.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

function newFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vendrail-journal-'));
  folders.push(dir);
  return dir;
}

function open(dir: string, options: Partial<JournalOptions> = {}): Journal {
  return reopen(dir, options).journal;
}

function reopen(dir: string, options: Partial<JournalOptions> = {}): ReturnType<typeof Journal.open> {
  return Journal.open({ dir, machineId: 'machine-1', bootId: 'boot-0001', clock: new ManualClock(), ...options });
}

function eventsOf(journal: Journal): MachineEvent[] {
  const events: MachineEvent[] = [];
  for (let seq = journal.acknowledgedUpTo + 1; seq <= journal.lastSeq; seq += 1) {
    const event = journal.event(seq);
    if (event !== undefined) events.push(event);
  }
  return events;
}

const key = { purchaseId: '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0001', grantNumber: 1 };
const sale = (priceMinor: number): MachineEventBody => ({ type: 'cash.sale', selection: 11, priceMinor });
const accepted: MachineEventBody = { type: 'grant.accepted', ...key, serial: ['> C,START,20.00'] };
const selected: MachineEventBody = {
  type: 'vend.selected',
  ...key,
  vendNumber: 1,
  selection: 11,
  machinePriceMinor: 1_500,
  approvedMinor: 1_500,
  serial: [],
};

describe('numbers', () => {
  it('go on without a gap over a restart', () => {
    const dir = newFolder();
    const first = open(dir);
    first.record(sale(1));
    first.record(sale(2));
    first.close();
    const second = open(dir, { bootId: 'boot-0002' });
    second.record(sale(3));
    expect(eventsOf(second).map(({ seq, bootId }) => [seq, bootId])).toEqual([
      [1, 'boot-0001'],
      [2, 'boot-0001'],
      [3, 'boot-0002'],
    ]);
    expect(second.journalId).toBe(first.journalId);
  });

  it('go on when everything before was acknowledged and forgotten', () => {
    const dir = newFolder();
    const first = open(dir, { deadBytesMax: 1 });
    first.record(sale(1));
    first.acknowledge(1);
    first.close();
    const second = open(dir);
    expect([second.unacknowledged, second.record(sale(2)).seq]).toEqual([0, 2]);
  });
});

describe('an acknowledgement', () => {
  it('forgets up to its number, and says nothing when it is repeated or impossible', () => {
    const journal = open(newFolder());
    for (let n = 1; n <= 5; n += 1) journal.record(sale(n));
    for (const upTo of [3, 3, 1, 99]) journal.acknowledge(upTo);
    expect(eventsOf(journal).map(({ seq }) => seq)).toEqual([4, 5]);
  });

  it('is remembered over a restart', () => {
    const dir = newFolder();
    const journal = open(dir);
    for (let n = 1; n <= 5; n += 1) journal.record(sale(n));
    journal.acknowledge(3);
    journal.close();
    expect(eventsOf(open(dir)).map(({ seq }) => seq)).toEqual([4, 5]);
  });

  it('lets the file shrink, and nothing that is needed is lost with it', () => {
    const dir = newFolder();
    const journal = open(dir, { deadBytesMax: 20_000 });
    journal.admit(key);
    journal.record(accepted);
    journal.record(selected);
    for (let n = 1; n <= 2_000; n += 1) {
      journal.record(sale(n));
      journal.acknowledge(journal.lastSeq - 2);
    }
    expect(statSync(join(dir, 'journal')).size).toBeLessThan(25_000);
    journal.close();
    const again = open(dir);
    expect([again.unacknowledged, again.lastSeq]).toEqual([2, 2_002]);
    expect(again.ledger).toEqual(journal.ledger);
    expect(again.ledger.open?.pending).toEqual({ vendNumber: 1, approvedMinor: 1_500 });
  });
});

it('knows the open grant and the vend without a result after a restart', () => {
  const dir = newFolder();
  const journal = open(dir);
  journal.admit(key);
  journal.record(accepted);
  journal.record(selected);
  journal.close();
  const { ledger } = open(dir);
  expect(ledger).toMatchObject({ highestGrant: 1, open: { ...key, selections: 1, pending: { vendNumber: 1 } } });
});

it('does not touch another machine’s journal', () => {
  const dir = newFolder();
  open(dir).close();
  expect(() => reopen(dir, { machineId: 'machine-2' })).toThrow(expect.objectContaining({ code: 'OTHER_MACHINE' }));
});

it('says when the disk cannot be written, and from then on takes nothing', () => {
  expect(() => open('/dev/null/journal')).toThrow(expect.objectContaining({ code: 'UNREADABLE' }));
  const journal = open(newFolder());
  journal.close();
  expect(() => journal.record(sale(1))).toThrow(expect.objectContaining({ code: 'WRITE_FAILED' }));
});

it('is full at ten thousand events, keeps room for what had begun, and then takes no more', () => {
  const dir = newFolder();
  const journal = open(dir);
  journal.record(sale(1));
  journal.close();
  // Written by hand, as ten thousand synced lines take their time.
  const [head = '', line = ''] = readFileSync(join(dir, 'journal'), 'utf8').split('\n');
  const record = JSON.parse(line.slice(9)) as { event: MachineEvent };

  const lines = Array.from({ length: EVENTS_MAX }, (_, index) =>
    formatRecord({ kind: 'event', event: { ...record.event, seq: index + 1 } }),
  );
  writeFileSync(join(dir, 'journal'), `${head}\n${lines.join('')}`);
  const full = open(dir);
  expect([full.full, full.unacknowledged]).toEqual([true, EVENTS_MAX]);
  expect(full.record(sale(2)).seq).toBe(EVENTS_MAX + 1);
});

it('starts with a journal in which nothing has room any more, and writes down what the power cut left open', () => {
  const dir = newFolder();
  const journal = open(dir);
  journal.record(sale(1));
  journal.admit(key);
  journal.close();
  const [head = '', line = '', admission = ''] = readFileSync(join(dir, 'journal'), 'utf8').split('\n');
  const { event } = JSON.parse(line.slice(9)) as { event: MachineEvent };
  const count = EVENTS_MAX + 3_000;
  const lines = Array.from({ length: count }, (_, n) =>
    formatRecord({ kind: 'event', event: { ...event, seq: n + 1 } }),
  );
  writeFileSync(join(dir, 'journal'), `${head}\n${lines.join('')}${admission}\n`);
  const started = openAfterBoot({ dir, machineId: 'machine-1', bootId: 'boot-0002', clock: new ManualClock() });
  expect(started.found.length).toBeGreaterThan(0);
  expect(started.journal.unacknowledged).toBe(count + started.found.length);
  expect(() => started.journal.record(sale(2))).toThrow(expect.objectContaining({ code: 'FULL' }));
});

describe('a power cut', () => {
  const dir = newFolder();
  const path = join(dir, 'journal');
  /** Size of the file after each step, and what the journal knew then. */
  const steps: { size: number; events: MachineEvent[]; highestGrant: number; pending: boolean }[] = [];

  beforeAll(() => {
    const journal = open(dir);
    const note = (): void => {
      const { highestGrant, open } = journal.ledger;
      const pending = open?.pending !== undefined;
      steps.push({ size: statSync(path).size, events: eventsOf(journal), highestGrant, pending });
    };
    note();
    for (const work of [
      () => journal.admit(key),
      () => journal.record(accepted),
      () => journal.record(selected),
      () => journal.acknowledge(1),
      () => journal.record({ type: 'vend.dispensed', ...key, vendNumber: 1, serial: ['< c,VEND,SUCCESS'] }),
      () => journal.record(sale(5)),
    ]) {
      work();
      note();
    }
    journal.close();
  });

  it('at any byte loses only what was not yet promised, and the journal goes on from there', () => {
    const start = steps[0]?.size ?? 0;
    const end = steps.at(-1)?.size ?? 0;
    fc.assert(
      fc.property(fc.integer({ min: start, max: end }), (size) => {
        const copy = newFolder();
        copyFileSync(path, join(copy, 'journal'));
        truncateSync(join(copy, 'journal'), size);
        const known = steps.findLast((step) => step.size <= size);
        const { journal, damage } = reopen(copy);
        expect(damage).toBeUndefined();
        expect(eventsOf(journal)).toEqual(known?.events);
        expect(journal.ledger.highestGrant).toBe(known?.highestGrant);
        expect(journal.ledger.open?.pending !== undefined).toBe(known?.pending);

        const next = journal.record(sale(9));
        journal.close();
        const events = eventsOf(open(copy));
        expect(events.at(-1)).toEqual(next);
        events.slice(1).forEach((event, index) => expect(event.seq).toBe((events[index]?.seq ?? 0) + 1));
      }),
      { numRuns: 150 },
    );
  });

  it('of the disk itself, the line break between the last two lines, is no torn write: what they said may have been sent', () => {
    const copy = newFolder();
    const bytes = readFileSync(path);
    const lineBreak = bytes.lastIndexOf('\n', bytes.length - 2);
    bytes[lineBreak] = 0x0b;
    writeFileSync(join(copy, 'journal'), bytes);
    const { journal, damage } = reopen(copy);
    expect(damage).toBeDefined();
    journal.close();
  });

  it('of the disk itself, a byte changed anywhere, is noticed and never makes up an event', () => {
    const bytes = readFileSync(path);
    const written = new Set(steps.flatMap(({ events }) => events.map(({ body }) => JSON.stringify(body))));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const copy = newFolder();
        const spoilt = Buffer.from(bytes);
        spoilt[at] = (spoilt[at] ?? 0) ^ change;
        writeFileSync(join(copy, 'journal'), spoilt);
        const { journal, damage } = reopen(copy);
        const events = eventsOf(journal);
        for (const { body } of events) expect(written).toContain(JSON.stringify(body));
        events.forEach(({ seq }, index) => expect(seq).toBe(journal.acknowledgedUpTo + index + 1));
        const lastLine = bytes.lastIndexOf('\n', bytes.length - 2);
        // In the last line it cannot be told from a torn write.
        if (at <= lastLine) expect(damage).toBeDefined();
        if (damage !== undefined) {
          expect(existsSync(join(copy, 'journal.damaged'))).toBe(true);
          // The old numbers promise what is not there any more.
          expect(bytes.includes(journal.journalId)).toBe(false);
        }
        journal.close();
      }),
      { numRuns: 150 },
    );
  });
});
