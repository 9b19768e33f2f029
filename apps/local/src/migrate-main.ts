import { join } from 'node:path';

import { Database } from '#platform/database.js';
import { migrate } from '#platform/migrations.js';

import { seed } from '../../../prisma/seed.js';
import { writeDemoCredentials } from './demo-credentials.js';
import { projectFolder } from './project-folder.js';

const HELP = `npm run db:migrate [-- --seed [--credentials FILE]]

Brings the database of DATABASE_URL up to date. With --seed an empty one gets a small fleet to try things with. With
--credentials the demo machine of that fleet is enrolled, once, and FILE is for its bridge.
`;

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  const url = process.env['DATABASE_URL'];
  if (url === undefined || url === '') {
    console.error('DATABASE_URL is not set: it names the PostgreSQL database to migrate');
    return 1;
  }
  const folder = join(projectFolder, 'prisma', 'migrations');
  const applied = await migrate(url, folder);
  console.log(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`);
  if (process.argv.includes('--seed')) {
    const database = await Database.connect(url, 'vendrail-seed');
    console.log(
      (await seed(database)) ? 'A small fleet was put in.' : 'There are machines already; nothing was put in.',
    );
    const [, file] = process.argv.slice(process.argv.indexOf('--credentials'));
    if (process.argv.includes('--credentials') && file !== undefined) {
      await writeDemoCredentials(database, process.env['VENDRAIL_SECRET'] ?? '', file);
    }
    await database.close();
  }
  return 0;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
