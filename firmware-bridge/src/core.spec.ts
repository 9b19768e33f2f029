import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Grant } from '#machine-protocol/messages.js';

import { ManualClock } from '../test/manual-clock.js';
import { Core } from './core.js';
import { Journal } from './journal/journal.js';
import { silentLog } from './log.js';
import { DEFAULT_TIMINGS } from './timings.js';

const folders: string[] = [];
afterAll(() => folders.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

const grant: Grant = {
  v: 1,
  type: 'grant',
  machineId: 'machine-1',
  bootId: 'boot-0001',
  purchaseId: '0b8f9a60-6f0e-4b5e-9a53-9a1f4c0a0001',
  grantNumber: 1,
  currency: 'SEK',
  exponent: 2,
  amountMinor: 3_000,
  prices: [{ selection: 11, priceMinor: 1_500 }],
  priceListVersion: 1,
  lifetimeMs: 120_000,
  selectionWindowMs: 30_000,
  at: '2026-01-01T00:00:00.000Z',
};

/** The real core and journal; the machine only writes down what it is told. */
function setUp() {
  const dir = mkdtempSync(join(tmpdir(), 'vendrail-core-'));
  folders.push(dir);
  const clock = new ManualClock();
  const { journal } = Journal.open({ dir, machineId: 'machine-1', bootId: 'boot-0001', clock });
  const told: string[] = [];
  let resends = 0;
  const core = new Core(
    { bootId: 'boot-0001', currency: 'SEK', exponent: 2, timings: DEFAULT_TIMINGS },
    {
      journal,
      clock,
      log: silentLog,
      faultPauseMs: 60_000,
      changed: () => {},
      resend: () => (resends += 1),
      adapter: {
        openSession: (creditMinor) => told.push(`open ${creditMinor}`),
        approve: (priceMinor) => told.push(`approve ${priceMinor}`),
        deny: () => told.push('deny'),
        closeSession: () => told.push('close'),
        restart: () => told.push('restart'),
        takeTranscript: () => ['< a line'],
      },
    },
  );
  const story = (): string[] => {
    const types: string[] = [];
    for (let seq = 1; seq <= journal.lastSeq; seq += 1) types.push(journal.event(seq)?.body.type ?? '');
    return types;
  };
  return { core, journal, clock, told, story, resends: () => resends };
}

function inSession() {
  const bench = setUp();
  bench.core.take({ type: 'status', status: 'enabled' });
  bench.core.take({ type: 'grant', grant });
  bench.core.take({ type: 'status', status: 'idle' });
  bench.told.length = 0;
  return bench;
}

const choice = { type: 'selection', selection: 11, priceMinor: 1_500 } as const;

it('puts the lines of the serial link into the event, also when it is said again', () => {
  const { core, journal, resends } = inSession();
  expect(journal.event(1)?.body).toMatchObject({ type: 'grant.accepted', serial: ['< a line'] });
  core.take({ type: 'grant', grant });
  expect([journal.lastSeq, resends()]).toEqual([1, 1]);
  journal.acknowledge(1);
  core.take({ type: 'grant', grant });
  expect(journal.event(2)?.body).toMatchObject({ type: 'grant.accepted', serial: ['< a line'] });
});

it('lets time end a session without any other input', () => {
  const { clock, told } = inSession();
  clock.advance(grant.selectionWindowMs);
  expect(told).toEqual(['close']);
});

it('denies instead of approving when writing the choice down took longer than the machine waits', () => {
  const { core, journal, clock, told, story } = inSession();
  const record = journal.record.bind(journal);
  journal.record = (body) => {
    clock.advance(DEFAULT_TIMINGS.approvalMs);
    return record(body);
  };
  core.take(choice);
  expect(told).toEqual(['deny']);
  expect(story()).toEqual(['grant.accepted', 'vend.selected', 'vend.failed']);
});

it('approves nothing that it could not write down, locks the machine, and takes no further grant', () => {
  const { core, journal, told } = inSession();
  journal.close();
  core.take(choice);
  expect(told).toEqual(['deny', 'close']);
  expect(core.obstacle).toBe('the journal failed: WRITE_FAILED');
  core.take(choice);
  expect(told).toHaveLength(2);
});

it('reports a fault of one code once a minute', () => {
  const { core, clock, story } = setUp();
  const fault = { type: 'fault', code: 'garbled-line', detail: 'noise' } as const;
  for (let n = 0; n < 100; n += 1) core.take(fault);
  clock.advance(60_000);
  core.take(fault);
  expect(story()).toEqual(['fault', 'fault']);
});

/** Ten thousand synced lines take their time; the returned call makes room again. */
function pretendFull(journal: Journal): () => void {
  let full = true;
  Object.defineProperty(journal, 'full', { get: () => full });
  return () => (full = false);
}

it('leaves the room of a full journal to the session that is open, and says afterwards how many cash sales it dropped', () => {
  const { core, journal, story } = inSession();
  const empty = pretendFull(journal);
  const cash = { type: 'cash-sale', selection: 11, priceMinor: 1_500 } as const;
  for (let n = 0; n < 20_000; n += 1) core.take(cash);
  core.take(choice);
  expect(story()).toEqual(['grant.accepted', 'vend.selected']);
  core.attempt(empty);
  core.take(cash);
  expect(story()).toEqual(['grant.accepted', 'vend.selected', 'fault', 'cash.sale']);
  expect(journal.event(3)?.body).toEqual({
    type: 'fault',
    code: 'cash-sales-dropped',
    detail: '20000 cash sales were not written down while the journal was full',
  });
});

it('takes no grant any more while it winds down', () => {
  const { core, told } = setUp();
  core.take({ type: 'status', status: 'enabled' });
  core.windDown();
  expect(core.obstacle).toBe('the bridge is stopping');
  core.take({ type: 'grant', grant, obstacle: core.obstacle });
  expect(told).toEqual([]);
});
