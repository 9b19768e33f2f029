import { rm } from 'node:fs/promises';

export default async function stopPostgres() {
  const { postgres, folder } = globalThis.vendrailTestPostgres;
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
