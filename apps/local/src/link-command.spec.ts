import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PasswordFiles } from './link-command.js';

describe('the password files of Mosquitto', () => {
  let folder: string;
  let pidFile: string;
  let lines: string[];
  let files: PasswordFiles;
  let warnings: jest.SpyInstance;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vendrail-passwords-'));
    pidFile = join(folder, 'pid');
    lines = ['machine-1:hash', 'machine-2:hash'];
    files = new PasswordFiles({ passwordLines: () => Promise.resolve(lines) }, 'password', folder, pidFile);
    warnings = jest.spyOn(console, 'error').mockReturnValue(undefined);
  });

  afterEach(async () => {
    warnings.mockRestore();
    await rm(folder, { recursive: true });
  });

  const machines = () => readFile(join(folder, 'machines'), 'utf8');

  /** A process that ends at a SIGHUP, and that listens by now. */
  async function listener(): Promise<ChildProcess> {
    const program = `process.on('SIGHUP', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready')`;
    const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return child;
  }

  it('are written before Mosquitto runs, with a warning, and it is told as soon as it does', async () => {
    expect(await files.write()).toBe(true);
    expect(await machines()).toBe('machine-1:hash\nmachine-2:hash\n');
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining(pidFile));

    const mosquitto = await listener();
    const ended = once(mosquitto, 'exit');
    await writeFile(pidFile, `${mosquitto.pid}\n`);
    await files.write();
    expect(await ended).toEqual([7, null]);
    expect(await files.write()).toBe(false);
  });

  it.each(['', '0', '1', '-1', '1.5', 'x'])('hang up nobody else when the pid file holds "%s"', async (text) => {
    await writeFile(pidFile, text);
    await expect(files.write()).rejects.toThrow('holds no process id');
  });

  it('tell Mosquitto of a revoked machine again when that failed', async () => {
    const first = await listener();
    await writeFile(pidFile, `${first.pid}`);
    const ended = once(first, 'exit');
    await files.write();
    await ended;
    lines = ['machine-2:hash'];
    await expect(files.write()).rejects.toThrow('ESRCH');

    const second = await listener();
    const told = once(second, 'exit');
    await writeFile(pidFile, `${second.pid}`);
    expect(await files.write()).toBe(true);
    expect(await told).toEqual([7, null]);
    expect(await machines()).toBe('machine-2:hash\n');
  });
});
