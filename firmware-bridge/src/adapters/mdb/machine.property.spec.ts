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

/** What the machine says of an approved vend; a CANCEL crossed the approval, and anything may follow it. */
const ending = fc.constantFrom<VmcCommand[]>(
  [{ name: 'VEND SUCCESS', item: 24 }],
  [{ name: 'VEND FAILURE' }],
  [{ name: 'VEND CANCEL' }],
  [{ name: 'VEND CANCEL' }, { name: 'VEND SUCCESS', item: 24 }],
  [{ name: 'VEND CANCEL' }, { name: 'VEND FAILURE' }],
);

/** One choice in an open session. */
const choice: fc.Arbitrary<MdbInput[]> = fc
  .tuple(approvals, fc.constantFrom(500, 1_200), ending)
  .map(([approve, units, said]) => [
    say({ name: 'VEND REQUEST', units, item: 24 }),
    approve,
    { type: 'fetch' },
    ...said.flatMap((command) => [say(command), { type: 'fetch' } as const]),
  ]);

/** As it should go, up to some moment, so that the ways into the depths are found often. */
const sale: fc.Arbitrary<Line[]> = fc
  .tuple(begins, fc.array(choice, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 25 }), after)
  .map(([begin, choices, length, pause]) =>
    [
      say({ name: 'SETUP CONFIG', level: 3 }),
      say({ name: 'SETUP PRICES', maxUnits: 0xffff, minUnits: 0 }),
      say({ name: 'READER ENABLE' }),
      { type: 'fetch' } as const,
      begin,
      { type: 'fetch' } as const,
      ...choices.flat(),
      say({ name: 'SESSION COMPLETE' }),
      { type: 'fetch' } as const,
    ]
      .slice(0, length)
      .map((input, index, { length: count }) => ({ input, after: index === count - 1 ? pause : 40 })),
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
  /** When it asked for what was neither approved nor denied yet. */
  askedAt: number | undefined;
  /** An approval that has left, and of which the machine has not said for sure what became of it. */
  open: { readonly approvedMinor: number; readonly cancelled: boolean } | undefined;
}

/** What the machine means by a command, whatever the reader makes of it. Only what it denies for sure is not spent. */
function note(book: Book, command: VmcCommand['name']): void {
  const { open } = book;
  if (open === undefined) return;
  const ends = command === 'VEND REQUEST' || command === 'SESSION COMPLETE';
  if (command === 'VEND FAILURE' || (ends && open.cancelled)) {
    book.spentMinor -= open.approvedMinor;
    book.open = undefined;
  }
  if (command === 'VEND CANCEL') book.open = { ...open, cancelled: true };
  if (command === 'VEND SUCCESS' || command === 'RESET') book.open = undefined;
}

/** @returns how many approvals left, and how many of them a CANCEL crossed */
function run(script: readonly Line[]): { left: number; crossed: number } {
  const book: Book = { grantMinor: 0, spentMinor: 0, askedAt: undefined, open: undefined };
  let state = POWER_UP;
  let now = 0;
  let left = 0;
  let crossed = 0;
  for (const { input, after } of script) {
    now += after;
    if (input.type === 'command') {
      if (input.command.name === 'VEND CANCEL' && book.open?.cancelled === false) crossed += 1;
      note(book, input.command.name);
    }
    if (input.type === 'restart') note(book, 'RESET');
    const { state: next, answer, events } = step(state, input, now, rules);
    // A session begins: what is approved from now on is approved under this grant.
    if (input.type === 'begin' && !events.some(({ type }) => type === 'open-failed')) {
      book.grantMinor = input.creditMinor;
      book.spentMinor = 0;
    }
    for (const event of events) {
      if (event.type === 'vend-failure') book.askedAt = undefined;
      if (event.type === 'selection') book.askedAt = now;
    }
    if (answer?.name === 'VEND APPROVED') {
      left += 1;
      const amount = answer.amountMinor ?? Number.NaN;
      // Only to a request, once, in time, and within what is left.
      expect(book.askedAt).toBeDefined();
      expect(book.open).toBeUndefined();
      expect(now - (book.askedAt ?? 0)).toBeLessThan(28_000);
      book.askedAt = undefined;
      book.open = { approvedMinor: amount, cancelled: false };
      book.spentMinor += amount;
      expect(amount).toBeGreaterThanOrEqual(0);
      expect(book.spentMinor).toBeLessThanOrEqual(book.grantMinor);
    }
    expect(answer === undefined || answer.bytes.length <= 36).toBe(true);
    expect(new Set(next.waiting.map(({ name }) => name)).size).toBe(next.waiting.length);
    state = next;
  }
  return { left, crossed };
}

it('never approves twice, late, without a request, or above the grant, and never throws', () => {
  const met = { left: 0, crossed: 0 };
  fc.assert(
    fc.property(scripts, (script) => {
      const { left, crossed } = run(script);
      met.left += left;
      met.crossed += crossed;
    }),
    { numRuns: 1_000 },
  );
  // A property that never came near an approval would prove nothing.
  expect(met.left).toBeGreaterThan(200);
  expect(met.crossed).toBeGreaterThan(50);
});
