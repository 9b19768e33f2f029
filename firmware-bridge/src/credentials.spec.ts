import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CredentialsError, readCredentials, readPending, writeCredentials, writePending } from './credentials.js';

const dir = mkdtempSync(join(tmpdir(), 'vendrail-credentials-'));
const file = join(dir, 'credentials.json');
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const secrets = { mqttPassword: 'p'.repeat(32), linkKey: 'ab'.repeat(32) };

it('writes what it reads, for its owner only', () => {
  writePending(file, secrets);
  expect(readPending(file)).toEqual(secrets);
  writeCredentials(file, { ...secrets, mqttUsername: 'machine-1' });

  expect(readCredentials(file)).toEqual({ ...secrets, mqttUsername: 'machine-1' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(existsSync(`${file}.new`)).toBe(false);
});

it('takes no file that others may read', () => {
  chmodSync(file, 0o644);
  expect(() => readCredentials(file)).toThrow('chmod 600');
});

it('says nothing of a spoilt file’s content', () => {
  writeFileSync(file, JSON.stringify({ mqttPassword: 'hunter2' }), { mode: 0o600 });
  chmodSync(file, 0o600);
  expect(() => readCredentials(file)).toThrow(CredentialsError);
  expect(() => readCredentials(file)).not.toThrow(/hunter2/);
  expect(readPending(join(dir, 'nothing'))).toBeUndefined();
});
