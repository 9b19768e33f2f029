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

interface Line {
  readonly input: MdbInput;
  /** Time that went by before it. */
  readonly after: number;
}

const begins = fc
  .constantFrom(0, 1_000, 3_000, 70_000)
  .map((creditMinor): MdbInput => ({ type: 'begin', creditMinor, notAfter: Infinity }));
const approvals = fc
  .constantFrom(-1, 0, 500, 1_200, 3_000, 70_000)
  .map((amountMinor): MdbInput => ({ type: 'approve', amountMinor }));
const say = (command: VmcCommand): MdbInput => ({ type: 'command', command });
const after = fc.constantFrom(0, 0, 0, 40, 300, 5_000, 28_000);

const anything: fc.Arbitrary<Line> = fc.record({
  input: fc.oneof(
    { weight: 4, arbitrary: commands.map(say) },
    { weight: 4, arbitrary: fc.constant<MdbInput>({ type: 'fetch' }) },
    { weight: 1, arbitrary: begins },
    { weight: 3, arbitrary: approvals },
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
  after,
});

/** As it should go, up to some moment, so that the ways into the depths are found often. */
const sale: fc.Arbitrary<Line[]> = fc
  .tuple(begins, approvals, fc.constantFrom(500, 1_200), fc.integer({ min: 1, max: 12 }), after)
  .map(([begin, approve, units, length, pause]) =>
    [
      say({ name: 'SETUP CONFIG', level: 3 }),
      say({ name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 }),
      say({ name: 'READER ENABLE' }),
      { type: 'fetch' } as const,
      begin,
      { type: 'fetch' } as const,
      say({ name: 'VEND REQUEST', units, item: 24 }),
      approve,
      { type: 'fetch' } as const,
      say({ name: 'VEND SUCCESS', item: 24 }),
      say({ name: 'SESSION COMPLETE' }),
      { type: 'fetch' } as const,
    ]
      .slice(0, length)
      .map((input, index) => ({ input, after: index === length - 1 ? pause : 40 })),
  );

const scripts = fc
  .array(
    fc.oneof(
      anything.map((line) => [line]),
      { weight: 1, arbitrary: sale },
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.flat());

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
function run(script: readonly Line[]): number {
  const book: Book = { grantMinor: 0, spentMinor: 0, request: undefined, approvedMinor: undefined };
  let state = POWER_UP;
  let now = 0;
  let left = 0;
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
      left += 1;
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
  return left;
}

it('never approves twice, late, without a request, or above the grant, and never throws', () => {
  let left = 0;
  fc.assert(
    fc.property(scripts, (script) => void (left += run(script))),
    { numRuns: 1_000 },
  );
  // A property that never came near an approval would prove nothing.
  expect(left).toBeGreaterThan(200);
});
