import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { Aedes } from 'aedes';
import { SerialPort } from 'serialport';

import { systemClock } from '#bridge/clock.js';
import type { Command } from '#bridge/commands/command.js';
import { checkClock } from '#bridge/commands/doctor/clock.js';
import { doctor } from '#bridge/commands/doctor/doctor.js';
import { listPorts } from '#bridge/commands/serial-port.js';
import { testVend } from '#bridge/commands/test-vend.js';
import { Journal } from '#bridge/journal/journal.js';
import { claimJournal } from '#bridge/only-one.js';
import { Pty } from '#simulated-machine/pty.js';
import { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import { LINK_KEY } from './test-gateway.js';

const MACHINE_ID = 'lobby-1';
const dir = mkdtempSync(join(tmpdir(), 'vendrail-commands-'));
const servers: Server[] = [];
let machine: SimulatedMachine;
let broker: Aedes;
let settings: Record<string, unknown>;

beforeAll(async () => {
  // As a broker should be: one user, who reads the topics of one machine.
  broker = await Aedes.createBroker({
    authenticate: (_client, username, password, done) =>
      done(null, username === MACHINE_ID && password?.toString() === 'right'),
    authorizeSubscribe: (client, subscription, done) =>
      done(null, subscription.topic.startsWith(`vendrail/v1/${MACHINE_ID}/`) ? subscription : null),
  });
});

beforeEach(async () => {
  const slots = [
    { selection: 11, priceMinor: 1_500, stock: 5 },
    { selection: 12, priceMinor: 1_250, stock: 5 },
  ];
  machine = await SimulatedMachine.start({ name: 'bench', slots, currency: 'SEK', decimals: 2, dispenseMs: 20 });
  settings = {
    machineId: MACHINE_ID,
    serialPath: machine.path,
    mqttUrl: `mqtt://localhost:${await listen(createServer((socket) => broker.handle(socket)))}`,
    mqttUsername: MACHINE_ID,
    mqttPassword: 'right',
    linkKey: LINK_KEY,
    journalDir: join(mkdtempSync(join(dir, 'journal-')), 'bridge'),
    currency: 'SEK',
    decimals: 2,
    timings: { answerMs: 300, startRetryMs: 30, heartbeatMs: 100, silentMs: 600, resultMs: 3_000 },
  };
});

afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await machine.stop();
});

afterAll(async () => {
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  rmSync(dir, { recursive: true, force: true });
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Runs a command as a person would, with a configuration file. */
async function give(
  command: Command,
  options: readonly string[] = [],
  { changes = {}, hear = () => {} }: { changes?: object; hear?: (line: string) => void } = {},
): Promise<{ code: number; lines: string[] }> {
  const file = join(mkdtempSync(join(dir, 'config-')), 'bridge.json');
  writeFileSync(file, JSON.stringify({ ...settings, ...changes }));
  const lines: string[] = [];
  const say = (line: string): void => {
    lines.push(line);
    hear(line);
  };
  const stopped = new Promise<NodeJS.Signals>(() => {});
  const code = await command.run([...options, '--config', file], { environment: {}, say, stopped });
  return { code, lines };
}

/** What the doctor says about one thing. */
async function diagnosis(about: string, changes: object = {}): Promise<string> {
  const { code, lines } = await give(doctor, [], { changes });
  const line = lines.find((text) => text.slice(2).startsWith(about)) ?? lines.join('\n');
  if (line.startsWith('✗')) expect(code).toBe(1);
  return line.replace(/ +/g, ' ');
}

describe('the doctor', () => {
  it('says that all is well where it is', async () => {
    const { code, lines } = await give(doctor);
    expect(lines.filter((line) => !line.startsWith('✓'))).toEqual(['All is well.']);
    expect(lines.map((line) => line.slice(2, 22).trim()).slice(0, -1)).toEqual([
      'configuration',
      'serial port',
      'adapter',
      'machine',
      'broker, name',
      'broker, port',
      'broker, encryption',
      'broker, sign-in',
      'clock',
      'disk',
      'journal',
    ]);
    expect(lines.find((line) => line.includes('adapter'))).toContain('(a simulated machine)');
    expect(code).toBe(0);
  });

  it('names every fault of the configuration, and exits with 78', async () => {
    const { code, lines } = await give(doctor, [], { changes: { currency: 'XXX', decimals: 7 } });
    expect(lines.map((line) => line.replace(/ +/g, ' ').split(':')[0])).toEqual([
      '✗ configuration currency',
      '✗ configuration decimals',
    ]);
    expect(code).toBe(78);
  });

  it('finds a port that is not there, is none, or is held by another program', async () => {
    expect(await diagnosis('serial', { serialPath: '/dev/nothing' })).toMatch(
      /^✗ serial port \/dev\/nothing is not there\. Plug the adapter in/,
    );
    expect(await diagnosis('serial', { serialPath: new URL(import.meta.url).pathname })).toMatch(
      /is not a serial port\. Set serialPath/,
    );
    const other = new SerialPort({ path: machine.path, baudRate: 9_600, autoOpen: false });
    await new Promise((resolve) => other.open(resolve));
    expect(await diagnosis('serial')).toMatch(/another program holds .*systemctl stop vendrail-bridge/);
    await new Promise<void>((resolve) => other.close(() => resolve()));
  });

  it('tells a silent adapter from a machine that is out of service', async () => {
    machine.setFault({ silent: true });
    expect(await diagnosis('adapter')).toMatch(/^✗ adapter nobody answers on the port\. Check that serialPath/);
    machine.setFault({ silent: false });
    machine.setFault({ outOfService: true });
    expect(await diagnosis('machine')).toMatch(/^✗ machine does not accept cashless payment now\. Close its door/);
    machine.setFault({ inactive: true });
    expect(await diagnosis('machine')).toMatch(/^✗ machine does not talk to the adapter\. Check the MDB cable/);
  });

  it.each([
    ['a name that nobody knows', 'broker, name', { mqttUrl: `mqtt://${'x'.repeat(64)}.example` }, /cannot be found/],
    ['a wrong password', 'broker, sign-in', { mqttPassword: 'wrong' }, /refused as lobby-1\. Check mqttUsername/],
    [
      'the topics of another machine',
      'broker, sign-in',
      { machineId: 'lobby-2' },
      /topics of machine lobby-2 cannot be read/,
    ],
  ])('finds %s', async (_, about, changes, words) => {
    expect(await diagnosis(about, changes)).toMatch(words);
  });

  it('finds a broker that does not listen, and one without TLS', async () => {
    const closed = createServer();
    const port = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(await diagnosis('broker, port', { mqttUrl: `mqtt://localhost:${port}` })).toMatch(
      /does not take connections on port \d+ \(ECONNREFUSED\)\. Is the broker running/,
    );
    const plain = String(settings['mqttUrl']).replace('mqtt:', 'mqtts:');
    expect(await diagnosis('broker, encryption', { mqttUrl: plain })).toMatch(/^✗/);
  });

  it('finds a certificate that nobody vouches for, and trusts the one that it is told to', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const issued = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=localhost',
      keys,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
    });
    const cert = issued.toString('pem');
    const secret = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`;
    let wants: object = {};
    const secured = () => createTlsServer({ key, cert, ...wants }, (socket) => broker.handle(socket));
    const mqttUrl = `mqtts://localhost:${await listen(secured())}`;
    expect(await diagnosis('broker, encryption', { mqttUrl })).toMatch(/was refused \(DEPTH_ZERO.*Set mqttCaFile/);
    const mqttCaFile = join(dir, 'ca.pem');
    writeFileSync(mqttCaFile, cert);
    expect(await diagnosis('broker, sign-in', { mqttUrl, mqttCaFile })).toMatch(/^✓/);
    // A broker that asks for the machine's own certificate; here one certificate stands for both.
    wants = { ca: cert, requestCert: true, rejectUnauthorized: true };
    const strict = { mqttUrl: `mqtts://localhost:${await listen(secured())}`, mqttCaFile };
    const { code, lines } = await give(doctor, [], { changes: strict });
    expect([code, lines.filter((line) => line.includes('own topics can be read'))]).toEqual([1, []]);
    const mqttKeyFile = join(dir, 'machine.key');
    writeFileSync(mqttKeyFile, key);
    expect(await diagnosis('broker, sign-in', { ...strict, mqttCertFile: mqttCaFile, mqttKeyFile })).toMatch(/^✓/);
  });

  it('leaves a running bridge its connection to the broker', async () => {
    const { journalDir } = settings as { journalDir: string };
    const release = await claimJournal(journalDir);
    let connections = 0;
    const count = () => (connections += 1);
    broker.on('client', count);
    expect(await diagnosis('broker, sign-in')).toBe('· broker, sign-in not asked, the bridge is running');
    expect(connections).toBe(0);
    release?.();
    expect(await diagnosis('broker, sign-in')).toMatch(/^✓/);
    expect(connections).toBe(1);
    broker.off('client', count);
  });

  it('makes no folder for the journal, and says whether the bridge could', async () => {
    const { journalDir } = settings as { journalDir: string };
    expect(await diagnosis('disk')).toMatch(/^✓ disk .* can make .*bridge, \d+ MB free/);
    expect(existsSync(journalDir)).toBe(false);
  });

  it('finds a folder that cannot be written, and journals that are not this machine’s or damaged', async () => {
    expect(await diagnosis('disk', { journalDir: '/dev/null/journal' })).toMatch(/cannot write in .*Give the folder/);
    const journal = openJournal();
    journal.admit({ purchaseId: randomUUID(), grantNumber: 1 });
    journal.record({ type: 'cash.sale', selection: 1, priceMinor: 1 });
    journal.close();
    expect(await diagnosis('journal')).toMatch(/^✓ journal 1 events wait for the server, the grant of purchase/);
    const { journalDir } = settings as { journalDir: string };
    const path = join(journalDir, 'journal');
    writeFileSync(path, readFileSync(path, 'utf8').replace('admission', 'omission!'));
    expect(await diagnosis('journal')).toMatch(/lines that cannot be read\. Start the bridge/);
    rmSync(path);
    openJournal('lobby-9').close();
    expect(await diagnosis('journal')).toMatch(/belongs to machine lobby-9, not to lobby-1/);
  });

  it('does not believe a clock in the past, or one that jumps', async () => {
    const past = { ...systemClock, wallTime: () => new Date(0) };
    expect(await checkClock(past)).toMatchObject({ well: false, found: expect.stringContaining('1970') as string });
    let looks = 0;
    const jumping = { ...systemClock, wallTime: () => new Date(Date.UTC(2026, 11, 1) + (looks++ > 0 ? 3_600_000 : 0)) };
    expect(await checkClock(jumping)).toMatchObject({
      well: false,
      found: expect.stringContaining('jumped') as string,
    });
  });
});

function openJournal(machineId = MACHINE_ID): Journal {
  const { journalDir } = settings as { journalDir: string };
  return Journal.open({ dir: journalDir, machineId, bootId: randomUUID(), clock: systemClock }).journal;
}

function recorded(): string[] {
  const journal = openJournal();
  const bodies = Array.from({ length: journal.lastSeq }, (_, index) => journal.event(index + 1)?.body);
  journal.close();
  return bodies.map((body) => (body?.type === 'fault' ? `${body.code}: ${body.detail}` : (body?.type ?? '')));
}

describe('a test vend', () => {
  const press = (...results: Parameters<SimulatedMachine['scriptBuyer']>[0]): void => machine.scriptBuyer(results);

  it('sells what costs the price, says that it is a test, and reports itself as nothing else', async () => {
    press({ press: 11 }, { press: 12 });
    const { code, lines } = await give(testVend, ['--price', '12.50']);
    expect(lines).toEqual([
      'TEST: nobody pays for this vend, and it is no purchase.',
      'The machine is open. Choose a product that costs 12.50 SEK, within 60 s.',
      'Selection 11 costs 15.00 and was denied. For it: --price 15.00',
      '✓ Selection 12: the machine says that it came out.',
    ]);
    expect(code).toBe(0);
    expect(machine.dispensed.map(({ selection }) => selection)).toEqual([12]);
    expect(machine.view().mode).toBe('ENABLED');
    expect(recorded()).toEqual([
      'test-vend: test: selection 12 for 12.50 SEK is approved; nobody pays',
      'test-vend: test: selection 12: the machine says that it came out',
    ]);
  });

  it('fails when the item jams, and when nothing is chosen', async () => {
    press({ press: 11, result: 'jammed' });
    const jammed = await give(testVend, ['--price', '15']);
    expect(jammed).toMatchObject({ code: 1 });
    expect(jammed.lines.at(-1)).toBe('✗ Selection 11: the machine says that it did not come out.');
    press({ finish: true });
    const nothing = await give(testVend, ['--price', '15']);
    expect(nothing).toMatchObject({ code: 1 });
    expect(nothing.lines.at(-1)).toBe('✗ Nothing was sold.');
    expect(machine.dispensed).toEqual([]);
  });

  it.each([
    ['20', '✓ Selection 1: the machine says that it came out.', 0, 1],
    ['15', '✗ Nothing was sold.', 1, 0],
  ])('gives a relay its pulse for a price of %s, or says that it was denied', async (price, words, code, pulses) => {
    let heard = '';
    const board = Pty.open((bytes) => (heard += bytes.toString('hex')));
    const relay = { priceMinor: 2_000, pulseMs: 50, countsAsVended: true };
    const changes = { adapter: 'relay', serialPath: board.path, relay };
    const sold = await give(testVend, ['--price', price], { changes });
    await board.close();
    expect(sold.lines.at(-1)).toBe(words);
    expect(sold.code).toBe(code);
    expect(heard.split('a00101a2')).toHaveLength(1 + pulses);
  });

  it('is refused while the bridge runs, and while a purchase is open', async () => {
    const { journalDir } = settings as { journalDir: string };
    const release = await claimJournal(journalDir);
    const busy = await give(testVend, ['--price', '15']);
    expect(busy).toMatchObject({ code: 1, lines: [expect.stringContaining('The bridge is running')] });
    release?.();
    const journal = openJournal();
    journal.admit({ purchaseId: randomUUID(), grantNumber: 1 });
    journal.close();
    const open = await give(testVend, ['--price', '15']);
    expect(open).toMatchObject({ code: 1, lines: [expect.stringContaining('is open. Start the bridge')] });
  });

  it.each([[[]], [['--price', '0']], [['--price', '12.505']], [['--price', '-1']], [['--colour']]])(
    'wants a price, not %j',
    async (options) => {
      await expect(give(testVend, options)).rejects.toThrow();
    },
  );
});

it('lists ports that have hardware behind them, under a name that stays', () => {
  const root = mkdtempSync(join(dir, 'root-'));
  for (const folder of ['dev/serial/by-id', 'sys/class/tty/ttyS0/device', 'sys/class/tty/ttyS1/device']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const name of ['ttyACM0', 'ttyUSB1', 'ttyS0', 'ttyS1', 'tty1', 'random'])
    writeFileSync(join(root, 'dev', name), '');
  symlinkSync('../../ttyACM0', join(root, 'dev/serial/by-id/usb-Adapter-if00'));
  symlinkSync('../../drivers/dw-apb-uart', join(root, 'sys/class/tty/ttyS0/device/driver'));
  symlinkSync('../../drivers/serial8250', join(root, 'sys/class/tty/ttyS1/device/driver'));
  expect(listPorts(root)).toEqual([
    { path: join(root, 'dev/ttyACM0'), stablePath: join(root, 'dev/serial/by-id/usb-Adapter-if00') },
    { path: join(root, 'dev/ttyS0') },
    { path: join(root, 'dev/ttyUSB1') },
  ]);
});

it('lets one program have a journal, and the next one as soon as the first is gone', async () => {
  const folder = join(dir, 'claimed');
  const first = await claimJournal(folder);
  expect(await claimJournal(folder)).toBeUndefined();
  first?.();
  const second = await claimJournal(folder);
  expect(second).toBeDefined();
  second?.();
});
