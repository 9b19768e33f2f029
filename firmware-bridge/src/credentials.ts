import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';

import { z } from 'zod';

import { LINK_KEY_PATTERN } from '#machine-protocol/signature.js';

const linkKey = z.string().regex(LINK_KEY_PATTERN);
const secrets = z.strictObject({ mqttPassword: z.string(), linkKey });
const credentials = secrets.extend({ mqttUsername: z.string() });

/** What a bridge makes before it knows whose it is. */
export type Secrets = z.infer<typeof secrets>;
export type Credentials = z.infer<typeof credentials>;

/** Says what is wrong with the file, and nothing of what is in it. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}

/** @throws CredentialsError, also for a file that others may read */
export function readCredentials(file: string): Credentials {
  const result = credentials.safeParse(readJson(file));
  if (!result.success) throw new CredentialsError(`${file} holds no credentials of a bridge`);
  return result.data;
}

/** What was made for an enrolment whose answer did not come. */
export function readPending(file: string): Secrets | undefined {
  try {
    return secrets.parse(readJson(pendingOf(file)));
  } catch {
    return undefined;
  }
}

export function writePending(file: string, content: Secrets): void {
  write(pendingOf(file), content);
}

export function writeCredentials(file: string, content: Credentials): void {
  write(file, content);
  rmSync(pendingOf(file), { force: true });
}

function pendingOf(file: string): string {
  return `${file}.new`;
}

function readJson(file: string): unknown {
  try {
    if ((statSync(file).mode & 0o077) !== 0)
      throw new CredentialsError(`${file} may be read by others: chmod 600 ${file}`);
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof CredentialsError) throw error;
    throw new CredentialsError(`cannot read ${file} (${(error as NodeJS.ErrnoException).code ?? 'not JSON'})`);
  }
}

/** Whole or not at all, for the owner's eyes only from the first byte on. */
function write(file: string, content: object): void {
  const half = `${file}.half`;
  rmSync(half, { force: true });
  const descriptor = openSync(half, 'wx', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(content, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(half, file);
}
