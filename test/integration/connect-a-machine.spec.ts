import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whoever stands beside a machine types what the page says: each command must exist, with these options. */
const root = join(__dirname, '..', '..');
const page = readFileSync(join(root, 'docs', 'connect-a-machine.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'vendrail-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BRIDGE = 'dist/firmware-bridge/src/main.js';
const PROGRAMS: Readonly<Record<string, string>> = {
  'vendrail-bridge': BRIDGE,
  'npm run start:bridge --': BRIDGE,
  'npm run machine --': 'dist/apps/local/src/machine-main.js',
  'npm run start:simulated-machine --': 'dist/apps/simulated-machine/src/main.js',
};

const blocks = [...page.matchAll(/^```(json)?\n([^]*?)^```$/gm)].map(([, language, text = '']) => ({ language, text }));
const commands = blocks
  .filter(({ language }) => language === undefined)
  .flatMap(({ text }) => text.split('\n'))
  .map((line) => line.replace(/^sudo -u vendrail-bridge /, '').replace(/ +#.*/, ''))
  .flatMap((line) => {
    const name = Object.keys(PROGRAMS).find((one) => line.startsWith(`${one} `));
    if (name === undefined) return [];
    const words = [...line.slice(name.length).matchAll(/"([^"]*)"|(\S+)/g)];
    return [{ line, program: PROGRAMS[name] ?? '', options: words.map(([, quoted, plain]) => quoted ?? plain ?? '') }];
  });

/** Without database, network and machine. */
function give(program: string, options: readonly string[]) {
  const env = { PATH: process.env['PATH'], VENDRAIL_FOLDER: folder };
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, program), ...options], {
    encoding: 'utf8',
    env,
    cwd: folder,
    timeout: 60_000,
  });
  return { status, said: stdout + stderr };
}

it('has commands of all four programs', () => {
  expect(new Set(commands.map(({ program }) => program))).toEqual(new Set(Object.values(PROGRAMS)));
  expect(commands.length).toBeGreaterThan(10);
});

// The first option that a program does not know is the one that it names.
it.each(commands)('knows every option of: $line', ({ program, options }) => {
  expect(give(program, [...options, '--not-an-option']).said).toContain("Unknown option '--not-an-option'");
});

it.each(commands.filter(({ program }) => program.includes('machine-main')))('understands: $line', (command) => {
  const { status, said } = give(command.program, command.options);
  // 2 would be: not clear what to do. It stops where the configuration is missing.
  expect([status, said]).toEqual([1, expect.stringContaining('DATABASE_URL')]);
});

it('names scripts that there are', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  for (const [, name = ''] of page.matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(name);
});

it('shows a configuration that the bridge takes', () => {
  const [example] = blocks.filter(({ language }) => language === 'json');
  const settings = JSON.parse(example?.text ?? '') as Record<string, unknown>;
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const credentials = { mqttUsername: 'lobby-1', mqttPassword: 'x', linkKey: '0'.repeat(64) };
  const own = {
    mqttCaFile: file('ca.pem', ''),
    credentialsFile: file('credentials.json', JSON.stringify(credentials)),
    journalDir: join(folder, 'journal'),
  };
  expect(Object.keys(settings)).toEqual(expect.arrayContaining(Object.keys(own)));
  const config = file('bridge.json', JSON.stringify({ ...settings, ...own }));
  const { said, status } = give(BRIDGE, ['test-vend', '--price', '1.80', '--config', config]);
  expect([status, said]).toEqual([1, expect.stringContaining('is not there. Plug the adapter in')]);
});

it('quotes what the doctor says', () => {
  const source = join(root, 'firmware-bridge', 'src', 'commands');
  const said = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(source, name), 'utf8'))
    .join('\n');
  const table = /\| It says[^]*?\n\n/.exec(page)?.[0] ?? '';
  const rows = table
    .split('\n')
    .slice(2)
    .filter((row) => row !== '');
  expect(rows.length).toBeGreaterThan(3);
  for (const row of rows) {
    for (const [, words = ''] of (row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)) {
      expect(said).toContain(words.replace(/ \/dev\/…$/, ''));
    }
  }
  expect([page.includes('All is well.'), said.includes('All is well.')]).toEqual([true, true]);
});
