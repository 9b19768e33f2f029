import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { request } from 'node:https';

import { z } from 'zod';

import { type Secrets, readCredentials, readPending, writeCredentials, writePending } from './credentials.js';

export class EnrolError extends Error {
  override readonly name = 'EnrolError';
}

export interface Enrolment {
  /** https only: credentials travel in the body. */
  readonly server: string;
  readonly code: string;
  readonly out: string;
  /** PEM text of a private authority. */
  readonly ca?: string | undefined;
}

const ANSWER_WITHIN_MS = 15_000;
const ANSWER_BYTES_MAX = 4_096;
const PASSWORD_BYTES = 24;
const KEY_BYTES = 32;

const answer = z.object({ machineId: z.string() });

/**
 * Makes credentials, writes them down, and tells the server. Whoever repeats it after a lost answer sends the same ones.
 *
 * @returns the machine's id. @throws EnrolError
 */
export async function enrol({ server, code, out, ca }: Enrolment): Promise<string> {
  const url = new URL('/bridge/enrol', server);
  if (url.protocol !== 'https:') throw new EnrolError('the server must be named with https://');
  const hasBefore = existsSync(out);
  // Whatever else it holds is not written over.
  if (hasBefore) readCredentials(out);
  const secrets = readPending(out) ?? newSecrets();
  writePending(out, secrets);
  const body = { code, password: secrets.mqttPassword, key: secrets.linkKey, keepPrevious: hasBefore };
  const { status, text } = await post(url, JSON.stringify(body), ca);
  if (status === 403)
    throw new EnrolError('the server does not know this code: it was used, is too old, or is mistyped');
  if (status === 429) throw new EnrolError('too many wrong codes came from here: wait a minute');
  const { machineId } = status === 200 ? answer.parse(JSON.parse(text)) : { machineId: undefined };
  if (machineId === undefined) throw new EnrolError(`the server answered ${status}`);
  writeCredentials(out, { ...secrets, mqttUsername: machineId });
  return machineId;
}

function newSecrets(): Secrets {
  return {
    mqttPassword: randomBytes(PASSWORD_BYTES).toString('base64url'),
    linkKey: randomBytes(KEY_BYTES).toString('hex'),
  };
}

function post(url: URL, body: string, ca: string | undefined): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new EnrolError(`no answer from ${url.host}: ${error.message}`));
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        ...(ca !== undefined && { ca }),
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > ANSWER_BYTES_MAX) response.destroy(new Error('the answer is too long'));
        });
        response.once('error', fail);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.once('error', fail);
    sent.end(body);
  });
}
