import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { embeddedEnvironment } from './embedded-environment.js';

describe('the environment of a command beside npm start', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vendrail-machine-'));
    await writeFile(join(folder, 'installation.json'), JSON.stringify({ secret: 'a secret', postgresPort: 5433 }));
    await writeFile(join(folder, 'postgres-password'), 'a-password\n');
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is what npm start embeds, where no database is named', async () => {
    const environment = await embeddedEnvironment('/nowhere', { VENDRAIL_FOLDER: folder, SANDBOX_PORT: '9000' });

    expect(environment).toMatchObject({
      DATABASE_URL: 'postgresql://vendrail:a-password@127.0.0.1:5433/vendrail',
      SEQR_SOAP_URL: 'http://127.0.0.1:9000/soap/merchant/cashregister-2',
      SEQR_RESELLER_ID: 'vendrail-demo',
      VENDRAIL_SECRET: 'a secret',
    });
  });

  it('leaves what is set as it is, and takes an empty variable for none', async () => {
    const given = { VENDRAIL_FOLDER: folder, DATABASE_URL: '', SEQR_SOAP_URL: 'https://seqr.example/soap' };

    expect(await embeddedEnvironment('/nowhere', given)).toMatchObject({
      SEQR_SOAP_URL: 'https://seqr.example/soap',
      DATABASE_URL: expect.stringContaining('5433'),
    });
  });

  it.each([{ DATABASE_URL: 'postgresql://elsewhere/vendrail' }, { VENDRAIL_FOLDER: '/nowhere' }])(
    'is the given one with %j',
    async (given) => {
      expect(await embeddedEnvironment('/nowhere', given)).toEqual(given);
    },
  );
});
