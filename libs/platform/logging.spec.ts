import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Logger, createLogger } from './logging.js';

/** What is really written, as JSON. */
function written(work: (log: Logger) => void): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'vendrail-log-'));
  const file = join(folder, 'log');
  const descriptor = openSync(file, 'w');
  work(createLogger('info', 'test', descriptor));
  closeSync(descriptor);
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  return JSON.parse(text) as Record<string, unknown>;
}

const SECRETS = {
  password: 'canary',
  secret: 'canary',
  token: 'canary',
  reservationToken: 'canary',
  capability: 'canary',
  msisdn: 'canary',
  authorization: 'canary',
  cookie: 'canary',
  notificationUrl: 'canary',
};

describe('the log', () => {
  it('says when, who and how bad, in one line of JSON', () => {
    expect(written((log) => log.warn({ machineId: 'machine-1' }, 'a word'))).toMatchObject({
      level: 'warn',
      name: 'test',
      machineId: 'machine-1',
      msg: 'a word',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it.each([
    ['alone', SECRETS],
    ['in a request', { request: SECRETS }],
    ['in the headers of a request', { request: { headers: SECRETS } }],
  ])('never holds a secret or a phone number %s', (_, fields) => {
    const line = JSON.stringify(written((log) => log.info(fields, 'x')));

    expect(line).not.toContain('canary');
    expect(line.match(/\[redacted\]/g)).toHaveLength(Object.keys(SECRETS).length);
  });
});
