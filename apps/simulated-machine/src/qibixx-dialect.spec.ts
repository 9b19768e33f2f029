import { QibixxDialect } from './qibixx-dialect.js';

function switchedOn(): QibixxDialect {
  const dialect = new QibixxDialect('demo', 2);
  for (const line of ['C,0', 'C,SETCONF,mdb-currency-code=0x1752', 'C,SETCONF,mdb-decimal-places=2', 'C,1'])
    dialect.hear(line);
  return dialect;
}

it('says that it is a simulator', () => {
  expect(new QibixxDialect('demo', 2).hear('V').lines).toEqual(['v,4.0.2.0,SIMULATOR-demo']);
});

it('takes settings only while it is off', () => {
  const dialect = new QibixxDialect('demo', 2);
  expect(dialect.hear('C,SETCONF,mdb-addr=0x10').lines).toEqual(['c,SET,OK']);
  expect(dialect.hear('C,SETCONF,colour=red').lines).toEqual(['c,ERR,"SETCONF -2"']);
  expect(switchedOn().hear('C,SETCONF,mdb-addr=0x10').lines).toEqual(['c,ERR,"cashless is on"']);
});

it('is not enabled by a machine whose currency it was not told', () => {
  const dialect = new QibixxDialect('demo', 2);
  expect(dialect.hear('C,1')).toEqual({ lines: ['c,1', 'c,STATUS,INACTIVE'] });
  expect(switchedOn().hear('C,1').input).toEqual({ type: 'reader-on' });
});

it('forgets its settings without power', () => {
  const dialect = switchedOn();
  dialect.loseMemory();
  expect(dialect.hear('C,START,20.00').lines).toEqual(['c,ERR,"cashless is off"']);
  expect(dialect.hear('C,1').input).toBeUndefined();
});

it.each([
  ['C,START,20.00', { lines: [], input: { type: 'begin-session', creditMinor: 2_000 } }],
  ['C,VEND,12.00', { lines: [], input: { type: 'approve', amountMinor: 1_200 } }],
  ['C,VEND,-1', { lines: [], input: { type: 'deny' } }],
  ['C,STOP', { lines: [], input: { type: 'stop-session' } }],
  ['C,START,20', { lines: ['c,ERR,"START -2"'] }],
  ['C,VEND,twelve', { lines: ['c,ERR,"VEND -2"'] }],
  ['C,NONSENSE', { lines: ['c,UNKNOWN,C,NONSENSE'] }],
  ['nonsense', { lines: ['c,UNKNOWN,nonsense'] }],
])('understands %s', (line, heard) => {
  expect(switchedOn().hear(line)).toEqual(heard);
});

it('shows amounts with the decimals of the machine', () => {
  expect(switchedOn().tell({ type: 'vend-request', selection: 24, priceMinor: 1_205 })).toEqual([
    'c,STATUS,VEND,12.05,24',
  ]);
  expect(switchedOn().tell({ type: 'status', mode: 'IDLE', creditMinor: 5_000 })).toEqual(['c,STATUS,IDLE,50.00']);
});
