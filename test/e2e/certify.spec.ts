import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RunningSandbox, startSandbox } from '#seqr-sandbox/sandbox.js';

const projectFolder = join(__dirname, '..', '..');
const program = join(projectFolder, 'dist', 'apps', 'certification', 'src', 'main.js');
const reseller = { id: 'certified-shop', userId: '9900', password: 'p4ss-of-the-reseller' };

const running = new Set<ChildProcess>();

/** certify as a person runs it: the built program, a process of its own. */
async function certify(args: readonly string[], environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: projectFolder,
    env: { PATH: process.env['PATH'], TZ: 'Europe/Helsinki', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  running.delete(child);
  return { code, output };
}

async function textsOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    names.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
  );
}

describe('npm run certify', () => {
  let folder: string;
  let sandbox: RunningSandbox;
  let elsewhere: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vendrail-certify-'));
    sandbox = await startSandbox({ port: 0, resellers: [reseller] });
    elsewhere = {
      SEQR_SOAP_URL: sandbox.soapUrl,
      SEQR_RESELLER_ID: reseller.id,
      SEQR_RESELLER_PASSWORD: reseller.password,
    };
  });

  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Against the test's sandbox, whose payer scans. */
  function walk(profile: string, ...more: string[]) {
    const given = ['--profile', profile, '--out', join(folder, profile), '--scan-url', sandbox.url, '--fast'];
    return certify([...given, '--company', 'Vendrail Oy', ...more], elsewhere);
  }

  async function summaryOf(profile: string) {
    return JSON.parse(await readFile(join(folder, profile, 'summary.json'), 'utf8')) as {
      result: string;
      rehearsal: string | null;
      remarks: string[];
      tests: { title: string; result: string }[];
    };
  }

  it('walks the nine tests of a point of sale, and SEQR’s book shows each', async () => {
    const { code, output } = await walk('pos', '--seqr-id', 'VENDRAIL1');

    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('All 9 tests passed') as string,
    });
    expect(sandbox.journal.violations).toEqual([]);
    expect(sandbox.terminals.list()).toMatchObject([{ shop: reseller.id, state: 'unregistered' }]);
    const transactions = sandbox.book.ledger.periods().flatMap(({ transactions }) => transactions);
    expect(sandbox.book.ledger.periods()).toMatchObject([{ shop: reseller.id }]);
    // Two payments; the second was given back as a whole.
    expect(transactions.map(({ minor }) => minor)).toEqual([500n, 500n, -500n]);
    expect(
      sandbox.book
        .list()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['CANCELED', 'CANCELED', 'CANCELED', 'PAID', 'PAID']);
    expect(sandbox.book.list().flatMap(({ receipts }) => receipts)).toMatchObject([{ mimeType: 'Base64' }]);
  });

  it('walks the six tests of a web shop', async () => {
    const { code, output } = await walk('webshop');

    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('All 6 tests passed') as string,
    });
    expect(sandbox.journal.violations).toEqual([]);
    expect(sandbox.terminals.list()).toEqual([]);
    expect(sandbox.book.ledger.periods()).toHaveLength(1);
  });

  it('walks unattended payments: less is charged than was reserved, and what was not taken is released', async () => {
    const { code, output } = await walk('unattended');

    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('All 9 tests passed') as string,
    });
    expect(sandbox.journal.violations).toEqual([]);
    const [declined, released, sold] = sandbox.book.list();
    expect(sold).toMatchObject({ state: 'PAID', reserved: 2_000n, committed: 370n, commits: 1 });
    expect(sold?.notifications).toMatchObject([{ outcome: 200 }]);
    expect(released).toMatchObject({ state: 'CANCELED', committed: 0n });
    expect(declined).toMatchObject({ state: 'CANCELED', reserved: 0n });
    expect(sandbox.book.ledger.periods()[0]?.transactions.map(({ minor }) => minor)).toEqual([370n, -185n]);
    expect((await summaryOf('unattended')).remarks.join()).toContain('SEQR publishes no certification procedure');
  });

  it('writes a report that holds every exchange and no password, and says what it is not', async () => {
    const { output } = await walk('pos', '--seqr-id', 'VENDRAIL2');
    const report = join(folder, 'pos');
    const html = await readFile(join(report, 'report.html'), 'utf8');
    const files = await readdir(join(report, 'exchanges'));

    expect((await readFile(join(report, 'report.pdf'), 'latin1')).startsWith('%PDF-')).toBe(true);
    expect(files).toHaveLength(2 * sandbox.journal.calls.length);
    expect(html.includes('Vendrail Oy')).toBe(true);
    expect(html.includes('this run is a trial, not a certification')).toBe(true);
    expect((await summaryOf('pos')).rehearsal).toContain('not SEQR');
    // One file that needs no other, and short in a failure.
    expect(html.match(/(?:src|href)="(?!#|data:).{0,80}/g)).toBeNull();
    const secrets = [reseller.password, 'sandbox-payer'];
    const found = [output, ...(await textsOf(report))].filter((text) =>
      secrets.some((secret) => text.includes(secret)),
    );
    expect(found).toEqual([]);
    expect(html.match(/&lt;password&gt;<\/i>(?!•••).{0,40}/g)).toBeNull();
  });

  it('names the test that SEQR let fail, and exits with 1', async () => {
    sandbox.faults.add({ operation: 'refundPayment', kind: 'result-code', resultCode: 97, times: 1 });
    const { code, output } = await walk('webshop');

    expect(code).toBe(1);
    expect(output).toContain('Not passed: 5 refundPayment.');
    expect(output).toContain('97 RESELLER_NOT_ALLOWED_TO_DO_REFUND');
    const { result, tests } = await summaryOf('webshop');
    expect(result).toBe('failed');
    expect(tests.filter((test) => test.result !== 'passed').map(({ title }) => title)).toEqual(['refundPayment']);
    expect(existsSync(join(folder, 'webshop', 'report.pdf'))).toBe(true);
  });

  it('writes the report without Chromium, says what to install, and exits with 1', async () => {
    elsewhere['CHROMIUM_PATH'] = join(folder, 'no-such-browser');
    const { code, output } = await walk('webshop');

    expect(code).toBe(1);
    expect(output).toContain('All 6 tests passed');
    expect(output).toContain('apt-get install chromium');
    expect(existsSync(join(folder, 'webshop', 'report.html'))).toBe(true);
  });

  it('rehearses against its own sandbox when no SEQR is named, and says so', async () => {
    const { code, output } = await certify(['--profile', 'pos', '--out', join(folder, 'pos')]);

    expect({ code, output }).toMatchObject({ code: 0 });
    const { rehearsal, remarks } = await summaryOf('pos');
    expect(rehearsal).toContain('own sandbox');
    expect(remarks.join()).toContain('clock was put ahead');
    expect(sandbox.journal.calls).toEqual([]);
  });

  it('says all faults of its options at once', async () => {
    const { code, output } = await certify(['--profile', 'kiosk', '--scan-within', 'long'], {
      SEQR_SOAP_URL: 'nowhere',
    });

    expect(code).toBe(1);
    for (const name of ['--profile', '--scan-within', 'SEQR_SOAP_URL', 'SEQR_RESELLER_ID'])
      expect(output).toContain(name);
  });
});
