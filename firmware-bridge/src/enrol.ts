import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parseArgs } from 'node:util';

import { z } from 'zod';

import {
  type Credentials,
  type Secrets,
  readCredentials,
  readPending,
  writeCredentials,
  writePending,
} from './credentials.js';

export const ENROL_HELP = `  vendrail-bridge enrol --server https://HOST[:PORT] --code CODE --out FILE [--ca FILE]

CODE comes from "npm run machine -- enrol ID" on the server; it counts for half an hour, once. FILE gets what the bridge
proves itself with (mode 600) and is then named by credentialsFile. Where FILE is there already, the old credentials count
for ten minutes more: start the bridge again in that time. The same command may be repeated when no answer came.
`;

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
  const before = existsSync(out) ? readCredentials(out) : undefined;
  const secrets = readPending(out) ?? newSecrets();
  writePending(out, secrets);
  const body = { code, password: secrets.mqttPassword, key: secrets.linkKey, keepPrevious: before !== undefined };
  const { status, text } = await post(url, JSON.stringify(body), ca);
  if (status === 403)
    throw new EnrolError('the server does not know this code: it was used, is too old, or is mistyped');
  if (status === 429) throw new EnrolError('too many wrong codes came from here: wait a minute');
  const { machineId } = status === 200 ? answer.parse(JSON.parse(text)) : { machineId: undefined };
  if (machineId === undefined) throw new EnrolError(`the server answered ${status}`);
  const credentials: Credentials = {
    ...secrets,
    mqttUsername: machineId,
    ...(before !== undefined && before.linkKey !== secrets.linkKey && { previousLinkKey: before.linkKey }),
  };
  writeCredentials(out, credentials);
  return machineId;
}

/** The sub-command: `vendrail-bridge enrol …`. */
export async function enrolCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      server: { type: 'string' },
      code: { type: 'string' },
      out: { type: 'string' },
      ca: { type: 'string' },
    },
  });
  const { server, code, out } = values;
  if (server === undefined || code === undefined || out === undefined) {
    throw new EnrolError(`--server, --code and --out are needed\n\n${ENROL_HELP}`);
  }
  const ca = values.ca === undefined ? undefined : readFileSync(values.ca, 'utf8');
  const machineId = await enrol({ server, code, out, ca });
  process.stdout.write(`enrolled as ${machineId}; credentials in ${out}\n`);
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
