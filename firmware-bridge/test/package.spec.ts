import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

import { SimulatedMachine } from '#simulated-machine/simulated-machine.js';

import { TestBroker } from './test-broker.js';
import { LINK_KEY, TestGateway } from './test-gateway.js';

/** The bridge as a technician gets it: packed, and unpacked where nothing of this project is but its dependencies. */
const source = join(__dirname, '..');
const place = mkdtempSync(join(tmpdir(), 'vendrail-package-'));
const installed = join(place, 'node_modules', 'vendrail-bridge');
const { dependencies, bin, imports } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  bin: Record<string, string>;
  imports: Record<string, string>;
};
const program = join(installed, bin['vendrail-bridge'] ?? '');

beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', place], { cwd: source });
  const [tarball = ''] = readdirSync(place).filter((name) => name.endsWith('.tgz'));
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(place, tarball), '--strip-components=1', '-C', installed]);
  for (const name of Object.keys(dependencies)) {
    symlinkSync(dirname(require.resolve(`${name}/package.json`)), join(place, 'node_modules', name));
  }
}, 300_000);

afterAll(() => rmSync(place, { recursive: true, force: true }));

const IMPORTS = /^(?:import (?:[^'"]*? from )?|export (?:\*|\{[^}]*\}) from )['"]([^'"]+)['"]/gm;

it('contains all that it imports, but its own dependencies and Node', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  expect(files.length).toBeGreaterThan(30);
  const strangers = files.flatMap((file) => {
    const text = readFileSync(join(installed, file), 'utf8');
    const names = [...text.matchAll(IMPORTS)].map((match) => match[1] ?? '');
    return names.filter((name) => !isAtHome(name, dirname(join(installed, file)))).map((name) => `${file}: ${name}`);
  });
  expect(strangers).toEqual([]);
  expect(Object.keys(imports)).toEqual(['#machine-protocol/*']);
});

function isAtHome(name: string, from: string): boolean {
  if (name.startsWith('.')) return !relative(installed, resolve(from, name)).startsWith('..');
  return name.startsWith('node:') || name.startsWith('#machine-protocol/') || Object.hasOwn(dependencies, name);
}

it('brings what a service needs', () => {
  const names = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  for (const name of [
    'systemd/vendrail-bridge.service',
    'udev/70-vendrail-bridge.rules',
    'bridge.example.json',
    'README.md',
    'dist/LICENSE',
  ]) {
    expect(names).toContain(name);
  }
});

it.each([
  [['--help'], 0],
  [['doctor', '--help'], 0],
  [['run', '--config', '/nowhere.json'], 78],
  [['doctor', '--config', '/nowhere.json'], 78],
  [['test-vend'], 64],
  [['sell-all'], 64],
  [['--colour'], 64],
])('answers %j with exit code %i', async (options, code) => {
  const child = spawn(process.execPath, [program, ...options], { stdio: 'ignore', env: {} });
  expect(await exitOf(child)).toBe(code);
});

it('says in one line where credentials cannot be kept', () => {
  const out = join(place, 'not', 'there', 'credentials.json');
  const options = ['enrol', '--server', 'https://localhost:1', '--code', 'AAAA-AAAA-AAAA', '--out', out];
  const { status, stderr } = spawnSync(process.execPath, [program, ...options], { encoding: 'utf8', env: {} });
  expect([status, stderr]).toEqual([1, `ENOENT: no such file or directory, open '${out}.new.half'\n`]);
});

describe('installed alone', () => {
  let broker: TestBroker;
  let machine: SimulatedMachine;
  let gateway: TestGateway;
  let config: string;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    broker = await TestBroker.start();
    const slots = [{ selection: 11, priceMinor: 1_500, stock: 5 }];
    machine = await SimulatedMachine.start({ name: 'packed', slots, currency: 'SEK', decimals: 2 });
    const mqttUrl = (await broker.openDoor()).url;
    gateway = await TestGateway.connect(mqttUrl, 'lobby-1');
    config = join(place, 'bridge.json');
    const example = JSON.parse(readFileSync(join(installed, 'bridge.example.json'), 'utf8')) as object;
    const credentialsFile = join(place, 'credentials.json');
    const credentials = { mqttUsername: 'lobby-1', mqttPassword: 'not looked at here', linkKey: LINK_KEY };
    writeFileSync(credentialsFile, JSON.stringify(credentials), { mode: 0o600 });
    const journalDir = join(place, 'journal');
    const own = { serialPath: machine.path, mqttUrl, credentialsFile, journalDir };
    writeFileSync(config, JSON.stringify({ ...example, ...own }));
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await gateway.close();
    await machine.stop();
    await broker.stop();
  });

  function start(nodeOptions: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const env = { PATH: process.env['PATH'], ...environment };
    const child = spawn(process.execPath, [...nodeOptions, program, '--config', config], { stdio: 'ignore', env });
    children.push(child);
    return child;
  }

  it('runs, refuses a second bridge on its journal, and says goodbye', async () => {
    const child = start(['--jitless', '--max-semi-space-size=1', '--max-old-space-size=64']);
    await gateway.presence(({ online, machineState }) => online && machineState === 'ready');
    const memory = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    // The limit of the service, with room; the README names what is usual.
    expect(Number(memory)).toBeLessThan(150_000);
    expect(await exitOf(start([]))).toBe(1);
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(0);
    await gateway.presence(({ online }) => !online);
  });

  it('tells systemd that it runs and lives', async () => {
    const folder = mkdtempSync(join(place, 'path-'));
    const said = join(folder, 'said');
    writeFileSync(join(folder, 'systemd-notify'), `#!/bin/sh\necho "$@" >> ${said}\n`, { mode: 0o755 });
    const environment = {
      PATH: `${folder}:${process.env['PATH']}`,
      NOTIFY_SOCKET: '/nowhere',
      WATCHDOG_USEC: '400000',
    };
    const child = start([], environment);
    await until(() => read(said).includes('WATCHDOG=1'));
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(0);
    await until(() => read(said).includes('STOPPING=1'));
    expect(read(said).split('\n')[0]).toBe('READY=1');
  });

  it('ends itself when its loop stands still and nobody else watches', async () => {
    const given = JSON.parse(readFileSync(config, 'utf8')) as object;
    writeFileSync(config, JSON.stringify({ ...given, timings: { standstillMs: 1_000 } }));
    const stall = 'data:text/javascript,setTimeout(() => { for (;;); }, 3000)';
    const child = start(['--import', stall]);
    await exitOf(child);
    expect(child.signalCode).toBe('SIGKILL');
  });
});

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
