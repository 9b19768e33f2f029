import { Database } from '#platform/database.js';
import { verifyEvidence } from '#purchasing/evidence.js';

const HELP = `npm run verify

Reads the log of events and the ledger of the database in DATABASE_URL, and says whether anything was changed since it
was written. Exit code 0 when all is as it was.
`;

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  const url = process.env['DATABASE_URL'];
  if (url === undefined || url === '') {
    console.error('DATABASE_URL is not set: it names the PostgreSQL database to verify');
    return 1;
  }
  const database = await Database.connect(url, 'vendrail-verify');
  try {
    const { purchases, events, faults } = await verifyEvidence(database);
    for (const fault of faults) console.log(`✗ ${fault}`);
    console.log(`${purchases} purchases, ${events} events, ${faults.length} faults`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await database.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  return 1;
});
