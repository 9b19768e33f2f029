import type { AuditReport, Counters, Totals } from '../audit-report.js';
import { crc16, crcText } from '../crc16.js';

type Field = string | number | bigint | null;

/** A whole file around these lines: envelope, set, CRC and count, as a machine writes it. */
export function fileOf(lines: readonly string[], lineEnd = '\r\n'): Uint8Array {
  const set = ['ST*001*0001', ...lines];
  const crc = crcText(crc16(Buffer.from(set.map((line) => `${line}\r\n`).join(''), 'latin1')));
  const whole = ['DXS*VRT0000001*VA*V1/6*1', ...set, `G85*${crc}`, `SE*${set.length + 2}*0001`, 'DXE*1*1'];
  return Buffer.from(whole.map((line) => line + lineEnd).join(''), 'latin1');
}

/** The file of a machine that has this to say. */
export function writeAuditFile(report: AuditReport): Uint8Array {
  const { machine, money, vends, cash, reads, powerCuts } = report;
  return fileOf([
    line('ID1', machine.serial, machine.model, machine.build, machine.location, null, machine.asset),
    line('ID4', money.decimals, money.currencyNumber, money.currencyLetters),
    line('ID5', ...moment(report.clock)),
    line('VA1', ...valuesFirst(vends.paid)),
    line('VA2', ...valuesFirst(vends.test)),
    line('VA3', ...valuesFirst(vends.free)),
    line('CA2', ...valuesFirst(cash.sales)),
    line(
      'CA3',
      ...[cash.in, cash.toBox, cash.toTubes].map(resetOf),
      null,
      ...[cash.in, cash.toBox, cash.toTubes].map(everOf),
      null,
      cash.bills.sinceReset,
      cash.bills.ever,
    ),
    line('CA4', ...[cash.out, cash.outByHand].map(resetOf), ...[cash.out, cash.outByHand].map(everOf)),
    line('CA8', cash.overpaid.sinceReset, cash.overpaid.ever),
    line('CA10', cash.filled.sinceReset, cash.filled.ever),
    line('CA15', cash.inTubes),
    ...cash.tubes.map(({ type, coin, coins }) => line('CA17', type, coin, coins)),
    ...report.cashless.flatMap(({ reader, serial, model, sales, credited }) => {
      const letters = reader === 1 ? 'DA' : 'DB';
      return [
        line(`${letters}1`, serial, model),
        line(`${letters}2`, ...valuesFirst(sales)),
        line(`${letters}4`, credited.ever, credited.sinceReset),
      ];
    }),
    ...report.selections.flatMap(({ selection, price, product, paid, test, free, byMeans }) => [
      line('PA1', selection, price, product),
      line('PA2', ...countsFirst(paid)),
      line('PA3', ...countsFirst(test)),
      line('PA4', ...countsFirst(free)),
      ...byMeans.map((one) => line('PA7', selection, one.means, one.priceList, one.price, ...countsFirst(one.sales))),
    ]),
    ...report.events.map(({ event, at }) => line('EA1', event, ...moment(at))),
    ...report.eventCounts.map(({ event, sinceReset, ever, active }) =>
      line('EA2', event, sinceReset, ever, active === null ? null : Number(active)),
    ),
    line('EA3', reads.number, ...moment(reads.at), null, ...moment(reads.before)),
    line('EA7', powerCuts.sinceReset, powerCuts.ever),
    ...report.maker.map((fields) => ['MA5', ...fields].join('*')),
  ]);
}

/** Empty fields at the end are left out. */
function line(id: string, ...fields: readonly Field[]): string {
  return [id, ...fields.map((field) => field ?? '')].join('*').replace(/\*+$/, '');
}

function moment(at: string | null): [string | null, string | null] {
  if (at === null) return [null, null];
  const [date = '', time = ''] = at.split('T');
  return [date.replaceAll('-', ''), time.replaceAll(':', '')];
}

function valuesFirst({ ever, sinceReset }: Counters): Field[] {
  return [ever.value, ever.count, sinceReset.value, sinceReset.count];
}

function countsFirst({ ever, sinceReset }: Counters): Field[] {
  return [ever.count, ever.value, sinceReset.count, sinceReset.value];
}

const everOf = ({ ever }: Totals): bigint | null => ever;
const resetOf = ({ sinceReset }: Totals): bigint | null => sinceReset;
