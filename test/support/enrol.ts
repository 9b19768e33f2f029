import type { LinkCredentials } from '#fleet/link/credentials.js';
import { LinkStore } from '#fleet/link/link-store.js';
import { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';

/** Gives a registered machine credentials, as its enrolment would. @param secret the installation's */
export async function enrol(databaseUrl: string, secret: string, machineId: string): Promise<LinkCredentials> {
  const database = await Database.connect(databaseUrl, 'test-enrol');
  try {
    return await new LinkStore(database, new Keys(secret)).issue(machineId);
  } finally {
    await database.close();
  }
}
