import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export default async function stopPostgres() {
  const { postgres, folder } = globalThis.vendrailTestPostgres;
  await postgres.stop();
  // Run by root in a private clone the data lies elsewhere.
  for (const place of [folder, dirname(postgres.dataFolder)]) await rm(place, { recursive: true, force: true });
}
