import fc from 'fast-check';

import { AuditFileError } from './audit-file-error.js';
import type { AuditReport } from './audit-report.js';
import { readAuditFile } from './read-audit-file.js';
import { fileOf, writeAuditFile } from './testing/audit-file-writer.js';

const letter = fc.integer({ min: 0x21, max: 0xff }).filter((code) => code !== 0x2a && code !== 0xa0 && code !== 0x85);
const word = fc.array(letter, { minLength: 1, maxLength: 20 }).map((codes) => String.fromCharCode(...codes));
const field = fc.oneof(word, fc.constant(''));
const orNull = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const amount = orNull(fc.bigInt({ min: 0n, max: 999_999_999_999_999n }));
const count = orNull(fc.integer({ min: 0, max: 99_999_999 }));
const counter = fc.record({ count, value: amount });
const counters = fc.record({ ever: counter, sinceReset: counter });
const totals = fc.record({ ever: amount, sinceReset: amount });
const time = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19));
const moment = orNull(time);

const report: fc.Arbitrary<AuditReport> = fc.record({
  machine: fc.record({
    serial: orNull(word),
    model: orNull(word),
    build: orNull(word),
    location: orNull(word),
    asset: orNull(word),
  }),
  money: fc.record({
    decimals: orNull(fc.integer({ min: 0, max: 4 })),
    currencyNumber: orNull(fc.constantFrom('978', '752')),
    currencyLetters: orNull(fc.constantFrom('EUR', 'SEK')),
  }),
  clock: time,
  vends: fc.record({ paid: counters, test: counters, free: counters }),
  cash: fc.record({
    sales: counters,
    in: totals,
    toBox: totals,
    toTubes: totals,
    bills: totals,
    out: totals,
    outByHand: totals,
    overpaid: totals,
    filled: totals,
    inTubes: amount,
    tubes: fc.array(fc.record({ type: orNull(word), coin: amount, coins: count }), { maxLength: 4 }),
  }),
  cashless: fc.subarray([1, 2] as const).chain((readers) =>
    fc.tuple(
      ...readers.map((reader) =>
        fc.record({
          reader: fc.constant(reader),
          serial: orNull(word),
          model: orNull(word),
          sales: counters,
          credited: totals,
        }),
      ),
    ),
  ),
  selections: fc.array(
    fc.record({
      selection: word,
      price: amount,
      product: orNull(word),
      paid: counters,
      test: counters,
      free: counters,
      byMeans: fc.array(
        fc.record({
          means: fc.constantFrom('CA', 'DA', 'DB'),
          priceList: orNull(word),
          price: amount,
          sales: counters,
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 5 },
  ),
  events: fc.array(fc.record({ event: word, at: moment }), { maxLength: 4 }),
  eventCounts: fc.array(fc.record({ event: word, sinceReset: count, ever: count, active: orNull(fc.boolean()) }), {
    maxLength: 4,
  }),
  reads: fc.record({ number: count, at: moment, before: moment }),
  powerCuts: fc.record({ ever: count, sinceReset: count }),
  maker: fc.array(fc.array(field, { maxLength: 5 }), { maxLength: 3 }),
});

/** The file is taken, or refused in words: nothing else comes out, whatever goes in. */
function isTakenOrRefused(bytes: Uint8Array, keepUntrusted: boolean): boolean {
  try {
    readAuditFile(bytes, { keepUntrusted });
    return true;
  } catch (error) {
    return error instanceof AuditFileError && error.message.length < 500;
  }
}

describe('reading an audit file', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(report, (written) => {
        const read = readAuditFile(writeAuditFile(written));

        expect(read.report).toEqual(written);
        expect(read.fault).toBeNull();
      }),
    );
  });

  it('gives back every segment, known or not', () => {
    const segment = fc.tuple(fc.stringMatching(/^[A-Z][A-Z0-9]{1,3}$/), fc.array(field, { maxLength: 6 }));
    const own = ['ST', 'SE', 'G85', 'DXS', 'DXE'];
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 30 }), (all) => {
        const lines = all.filter(([id]) => !own.includes(id)).map(([id, fields]) => [id, ...fields].join('*'));
        const { segments } = readAuditFile(fileOf(lines));

        expect(segments.slice(2, -3).map(({ id, fields }) => [id, ...fields].join('*'))).toEqual(lines);
      }),
    );
  });

  it('notices every single byte that was changed between ST and G85', () => {
    const file = fileOf(['ID1*4711', 'DA2*100*1*100*1', 'PA1*11*180']);
    const begin = Buffer.from(file).indexOf('ID1');
    const end = Buffer.from(file).indexOf('G85');
    const printable = fc.integer({ min: 0x30, max: 0x5a });
    fc.assert(
      fc.property(fc.integer({ min: begin, max: end - 3 }), printable, (at, byte) => {
        fc.pre(file[at] !== byte && file[at] !== 13 && file[at] !== 10);
        const changed = Uint8Array.from(file);
        changed[at] = byte;

        expect(() => readAuditFile(changed)).toThrow('the content gives');
      }),
    );
  });

  it('survives whatever comes', () => {
    const noise = fc.uint8Array({ maxLength: 400 });
    const torn = fc.tuple(report, fc.nat(), noise).map(([written, at, bytes]) => {
      const file = writeAuditFile(written);
      const cut = at % file.length;
      return Buffer.concat([file.subarray(0, cut), bytes, file.subarray(Math.min(file.length, cut + bytes.length))]);
    });
    fc.assert(
      fc.property(fc.oneof(noise, torn), fc.boolean(), (bytes, keep) => isTakenOrRefused(bytes, keep)),
      { numRuns: 300 },
    );
  });
});
