import fc from 'fast-check';

import type { VmcCommand } from './commands.js';
import { step } from './machine.js';
import { DEFAULT_MDB, rulesOf } from './settings.js';
import { POWER_UP, type MdbInput } from './state.js';

const rules = { ...rulesOf({ ...DEFAULT_MDB, alwaysIdle: true }, 'SEK', 2), options: 0x22 };

const units = fc.constantFrom(0, 500, 1_200, 3_000, 0xffff, 0xffff_ffff);
const item = fc.constantFrom(0, 1, 24, 0xffff);

const commands: fc.Arbitrary<VmcCommand> = fc.oneof(
  ...(
    [
      'RESET',
      'POLL',
      'VEND CANCEL',
      'VEND FAILURE',
      'SESSION COMPLETE',
      'READER DISABLE',
      'READER ENABLE',
      'READER CANCEL',
      'REVALUE LIMIT REQUEST',
      'DIAGNOSTICS',
      'WRITE TIME/DATE',
    ] as const
  ).map((name) => fc.constant({ name })),
  fc.record({ name: fc.constant('SETUP CONFIG' as const), level: fc.constantFrom(0, 1, 2, 3, 255) }),
  fc.record({ name: fc.constant('SETUP PRICES' as const), maxUnits: units, minUnits: units }),
  fc.record({ name: fc.constantFrom('VEND REQUEST' as const, 'NEGATIVE VEND REQUEST' as const), units, item }),
  fc.record({ name: fc.constant('CASH SALE' as const), units, item }),
  fc.record({ name: fc.constant('VEND SUCCESS' as const), item }),
  fc.record({ name: fc.constant('ENABLE OPTIONS' as const), options: fc.constantFrom(0, 0x02, 0x20, 0x26) }),
);

/** What a machine says while it is used as it should be, so that the ways into the depths are found often. */
const sensible: fc.Arbitrary<VmcCommand> = fc.constantFrom<VmcCommand>(
  { name: 'SETUP CONFIG', level: 3 },
  { name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 },
  { name: 'READER ENABLE' },
  { name: 'VEND REQUEST', units: 1_200, item: 24 },
  { name: 'VEND REQUEST', units: 500, item: 1 },
  { name: 'VEND SUCCESS', item: 24 },
  { name: 'SESSION COMPLETE' },
);

const inputs: fc.Arbitrary<{ readonly input: MdbInput; readonly after: number }> = fc.record({
  input: fc.oneof(
    { weight: 6, arbitrary: fc.oneof(sensible, commands).map((command): MdbInput => ({ type: 'command', command })) },
    { weight: 4, arbitrary: fc.constant<MdbInput>({ type: 'fetch' }) },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(0, 1_000, 3_000, 70_000)
        .map((creditMinor): MdbInput => ({ type: 'begin', creditMinor, notAfter: Infinity })),
    },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom(-1, 0, 500, 1_200, 3_000, 70_000)
        .map((amountMinor): MdbInput => ({ type: 'approve', amountMinor })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<MdbInput>(
        { type: 'deny' },
        { type: 'end' },
        { type: 'restart' },
        { type: 'probe' },
        { type: 'tick' },
      ),
    },
  ),
  after: fc.constantFrom(0, 0, 0, 40, 300, 5_000, 28_000),
});

/** The machine's own view of what is going on, which knows nothing of the reader's. */
interface Book {
  grantMinor: number;
  spentMinor: number;
  request: { readonly at: number; readonly units: number; readonly item: number } | undefined;
  approvedMinor: number | undefined;
}

/** What was put back, and what was sold: an approval without a known end counts as sold. */
function settle(book: Book, dispensed: boolean): void {
  if (!dispensed && book.approvedMinor !== undefined) book.spentMinor -= book.approvedMinor;
  book.request = undefined;
  book.approvedMinor = undefined;
}

/** @returns how many approvals left */
function run(script: readonly { readonly input: MdbInput; readonly after: number }[]): number {
  const book: Book = { grantMinor: 0, spentMinor: 0, request: undefined, approvedMinor: undefined };
  let state = POWER_UP;
  let now = 0;
  let approvals = 0;
  for (const { input, after } of script) {
    now += after;
    const { state: next, answer, events } = step(state, input, now, rules);
    // A session begins: what is approved from now on is approved under this grant.
    if (input.type === 'begin' && !events.some(({ type }) => type === 'open-failed')) {
      book.grantMinor = input.creditMinor;
      book.spentMinor = 0;
    }
    for (const event of events) {
      if (event.type === 'selection') {
        const asked = next.vend;
        book.request = asked && { at: now, units: asked.units, item: asked.item };
      }
      if (event.type === 'vend-failure') settle(book, false);
      if (event.type === 'vend-success' || event.type === 'vend-reset') settle(book, true);
    }
    if (answer?.name === 'VEND APPROVED') {
      approvals += 1;
      const amount = answer.amountMinor ?? Number.NaN;
      // Only to a request, once, in time, and within what is left.
      expect(book.request).toBeDefined();
      expect(book.approvedMinor).toBeUndefined();
      expect(now - (book.request?.at ?? 0)).toBeLessThan(28_000);
      book.approvedMinor = amount;
      book.spentMinor += amount;
      expect(amount).toBeGreaterThanOrEqual(0);
      expect(book.spentMinor).toBeLessThanOrEqual(book.grantMinor);
    }
    expect(answer === undefined || answer.bytes.length <= 36).toBe(true);
    expect(new Set(next.waiting.map(({ name }) => name)).size).toBe(next.waiting.length);
    state = next;
  }
  return approvals;
}

it('never approves twice, late, without a request, or above the grant, and never throws', () => {
  let approvals = 0;
  fc.assert(
    fc.property(fc.array(inputs, { maxLength: 60 }), (script) => {
      const setUp: MdbInput[] = [
        { type: 'command', command: { name: 'SETUP CONFIG', level: 3 } },
        { type: 'command', command: { name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 } },
        { type: 'command', command: { name: 'READER ENABLE' } },
      ];
      approvals += run([...setUp.map((input) => ({ input, after: 40 })), ...script]);
    }),
    { numRuns: 2_000 },
  );
  // A property that never came near an approval would prove nothing.
  expect(approvals).toBeGreaterThan(200);
});
