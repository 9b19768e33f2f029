import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { SANDBOX_RESELLER } from './sandbox-reseller.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of a command beside a running `npm start`: where nothing names a database, what that start embeds.
 */
export async function embeddedEnvironment(projectFolder: string, environment: Environment): Promise<Environment> {
  const given = (name: string) => (environment[name] === '' ? undefined : environment[name]);
  if (given('DATABASE_URL') !== undefined) return environment;
  const folder = given('VENDRAIL_FOLDER') ?? join(projectFolder, '.vendrail');
  const files = ['installation.json', 'postgres-password'].map((name) => join(folder, name));
  if (!files.every((file) => existsSync(file))) return environment;
  const [installation = '', password = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const { secret, postgresPort } = JSON.parse(installation) as { secret: string; postgresPort: number };
  const embedded = {
    DATABASE_URL: `postgresql://vendrail:${password.trim()}@127.0.0.1:${postgresPort}/vendrail`,
    SEQR_SOAP_URL: `http://127.0.0.1:${given('SANDBOX_PORT') ?? '8090'}/soap/merchant/cashregister-2`,
    SEQR_RESELLER_ID: SANDBOX_RESELLER.id,
    SEQR_RESELLER_USER_ID: SANDBOX_RESELLER.userId,
    SEQR_RESELLER_PASSWORD: SANDBOX_RESELLER.password,
    VENDRAIL_SECRET: secret,
  };
  const named = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  return { ...embedded, ...named };
}
