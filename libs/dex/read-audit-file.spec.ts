import { AuditFileError } from './audit-file-error.js';
import { readAuditFile } from './read-audit-file.js';
import { AUDIT_FILE_BYTES_MAX } from './segments.js';
import { fileOf } from './testing/audit-file-writer.js';

/** Its check word was computed by a program of its own, in another language. */
const SMALL = [
  'DXS*VRT0000001*VA*V1/6*1',
  'ST*001*0001',
  'ID1*SN-4711*Sielaff FK185*0012*Platform 3**A-17',
  'ID4*2*1978*eur',
  'ID5*20261121*1405',
  'VA1*154320*812*3320*17',
  'CA2*120000*640*2000*10',
  'CA3*5000*3000*1500**150000*90000*40000**500*20000',
  'CA17*00*50*31',
  'DA1*000000000123*VENDRAIL',
  'DA2*34320*172*1320*7',
  'PA1*11*180*6401000000011',
  'PA2*400*72000*9*1620',
  'PA5*20261121*1359',
  'PA7*11*DA*1*180*60*10800*4*720',
  'PA1*A2*250',
  'PA2*412',
  'EA1*EGS*261121*0130',
  'EA2*EAA*1*6*1',
  'EA3*15*261121*1405**261114*0900',
  'EA7*2*31',
  'ZZ9*what*nobody*knows',
  'MA5*ERROR*0**6',
  'G85*DDEF',
  'SE*24*0001',
  'DXE*1*1',
];

function bytesOf(lines: readonly string[], lineEnd = '\r\n'): Uint8Array {
  return Buffer.from(lines.map((line) => line + lineEnd).join(''), 'latin1');
}

function changed(from: string, to: string): Uint8Array {
  return bytesOf(SMALL.map((line) => (line === from ? to : line)));
}

function refusalOf(bytes: Uint8Array): AuditFileError {
  try {
    readAuditFile(bytes);
  } catch (error) {
    if (error instanceof AuditFileError) return error;
    throw error;
  }
  throw new Error('the file was taken');
}

describe('an audit file', () => {
  it('is read whole', () => {
    const { report, crc, fault, sender } = readAuditFile(bytesOf(SMALL));

    expect({ crc: crc.state, fault, sender }).toEqual({ crc: 'good', fault: null, sender: 'VRT0000001' });
    expect(report).toMatchObject({
      machine: { serial: 'SN-4711', model: 'Sielaff FK185', build: '0012', location: 'Platform 3', asset: 'A-17' },
      money: { decimals: 2, currencyNumber: '978', currencyLetters: 'EUR' },
      clock: '2026-11-21T14:05:00',
      vends: { paid: { ever: { value: 154_320n, count: 812 }, sinceReset: { value: 3_320n, count: 17 } } },
      cash: {
        sales: { ever: { value: 120_000n, count: 640 } },
        in: { ever: 150_000n, sinceReset: 5_000n },
        toBox: { ever: 90_000n, sinceReset: 3_000n },
        toTubes: { ever: 40_000n, sinceReset: 1_500n },
        bills: { ever: 20_000n, sinceReset: 500n },
        tubes: [{ type: '00', coin: 50n, coins: 31 }],
      },
      cashless: [{ reader: 1, serial: '000000000123', sales: { ever: { value: 34_320n, count: 172 } } }],
      events: [{ event: 'EGS', at: '2026-11-21T01:30:00' }],
      eventCounts: [{ event: 'EAA', sinceReset: 1, ever: 6, active: true }],
      reads: { number: 15, at: '2026-11-21T14:05:00', before: '2026-11-14T09:00:00' },
      powerCuts: { sinceReset: 2, ever: 31 },
      maker: [['ERROR', '0', '', '6']],
    });
    expect(report.selections).toMatchObject([
      {
        selection: '11',
        price: 180n,
        product: '6401000000011',
        paid: { ever: { count: 400, value: 72_000n }, sinceReset: { count: 9, value: 1_620n } },
        byMeans: [{ means: 'DA', priceList: '1', price: 180n, sales: { ever: { count: 60, value: 10_800n } } }],
      },
      { selection: 'A2', paid: { ever: { count: 412, value: null }, sinceReset: { count: null, value: null } } },
    ]);
  });

  it('keeps segments that nobody here knows', () => {
    const { segments } = readAuditFile(bytesOf(SMALL));

    expect(segments).toHaveLength(SMALL.length);
    expect(segments).toContainEqual({ id: 'ZZ9', fields: ['what', 'nobody', 'knows'] });
  });

  it.each([
    ['LF', '\n'],
    ['CR', '\r'],
  ])('whose lines were made to end with %s has the same check word', (_, lineEnd) => {
    expect(readAuditFile(bytesOf(SMALL, lineEnd)).crc.state).toBe('good');
  });

  it('of an old machine may have the two bytes of its check word swapped', () => {
    const [word = ''] = SMALL.filter((line) => line.startsWith('G85')).map((line) => line.slice(4));
    const { crc, fault } = readAuditFile(changed(`G85*${word}`, `G85*${word.slice(2)}${word.slice(0, 2)}`));

    expect({ state: crc.state, fault }).toEqual({ state: 'swapped', fault: null });
  });

  it('without its envelope is still an audit file', () => {
    expect(readAuditFile(bytesOf(SMALL.slice(1, -1)))).toMatchObject({ sender: null, fault: null });
  });

  it('that was changed by one digit is refused, with what was found, what was expected, where, and what to do', () => {
    const error = refusalOf(changed('DA2*34320*172*1320*7', 'DA2*34300*172*1320*7'));

    expect(error.code).toBe('WRONG_CRC');
    expect(error.message).toMatch(
      /^the check in line 24 \(G85\) is [0-9A-F]{4}, and the content gives [0-9A-F]{4}: .*Read the machine again/,
    );
  });

  it.each([
    ['no text at all', '', 'NO_START'],
    ['a form around it', '--boundary\r\nContent-Disposition: form-data', 'NO_START'],
    ['the control bytes of the transfer', '\u0010\u0002ST*001*0001', 'NOT_TEXT'],
    ['its second half missing', 'ST*001*0001\r\nID1*1', 'NO_END'],
    ['no check word', 'ST*001*0001\r\nSE*2*0001', 'NO_CRC'],
    ['two sets', 'ST*001*0001\r\nSE*2*0001\r\nST*001*0002\r\nSE*2*0002', 'MORE_THAN_ONE_SET'],
    ['an endless line', `ST*001*0001\r\nMA5*${'x'.repeat(5_000)}`, 'LINE_TOO_LONG'],
    ['nothing but lines', '\n'.repeat(30_000), 'TOO_MANY_LINES'],
    ['too much of everything', 'x'.repeat(AUDIT_FILE_BYTES_MAX + 1), 'TOO_LARGE'],
  ])('with %s is refused', (_, text, code) => {
    expect(refusalOf(Buffer.from(text, 'latin1')).code).toBe(code);
  });

  it('with a wrong number of lines is refused with both numbers', () => {
    const error = refusalOf(changed('SE*24*0001', 'SE*23*0001'));

    expect(error).toMatchObject({ code: 'WRONG_SEGMENT_COUNT' });
    expect(error.message).toContain('line 25 (SE) counts 23, and there are 24 lines');
  });

  it('that is not right can be kept, and says so', () => {
    const { crc, fault, report } = readAuditFile(changed('ID5*20261121*1405', 'ID5*20261121*1406'), {
      keepUntrusted: true,
    });

    expect(crc.state).toBe('wrong');
    expect(fault?.code).toBe('WRONG_CRC');
    expect(report.clock).toBe('2026-11-21T14:06:00');
  });

  it.each([
    ['261121', '2460', null],
    ['260231', '1200', null],
    ['20261121', '235959', '2026-11-21T23:59:59'],
    ['000000', '0000', null],
    ['', '1200', null],
  ])('says the date %s and the time %s only where there are such', (date, time, at) => {
    expect(readAuditFile(fileOf([`ID5*${date}*${time}`])).report.clock).toBe(at);
  });

  it('says nothing where a counter is no number', () => {
    const { report } = readAuditFile(fileOf(['VA1*12.50*-1*99999999999999999999*1e3', 'ID4*9*12345']));

    const nothing = { count: null, value: null };
    expect(report.vends.paid).toEqual({ ever: nothing, sinceReset: nothing });
    expect(report.money).toEqual({ decimals: null, currencyNumber: null, currencyLetters: null });
  });
});
