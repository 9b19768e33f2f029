import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { type Credentials, readCredentials, writeCredentials } from '#bridge/credentials.js';
import { enrol } from '#bridge/enrol.js';
import { LinkStore } from '#fleet/link/link-store.js';
import type { Database } from '#platform/database.js';
import { Keys } from '#platform/keys.js';

import { DEMO_MACHINE_ID } from './demo-machine.js';

/** The demo machine is enrolled as every other: by a code, over HTTPS. Enrolled once, it stays so. */
export async function demoCredentials(
  links: LinkStore,
  place: { readonly file: string; readonly server: string; readonly caFile: string },
): Promise<Credentials> {
  const { file, server } = place;
  if (await doCount(links, file)) return readCredentials(file);
  const code = await links.newCode(DEMO_MACHINE_ID);
  await enrol({ server, code, out: file, ca: await readFile(place.caFile, 'utf8') });
  return readCredentials(file);
}

/** The same where the server's command and the bridge share a folder. @param secret the installation's */
export async function writeDemoCredentials(database: Database, secret: string, file: string): Promise<void> {
  const links = new LinkStore(database, new Keys(secret));
  if (await doCount(links, file)) return;
  const { password, key } = await links.issue(DEMO_MACHINE_ID);
  writeCredentials(file, { mqttUsername: DEMO_MACHINE_ID, mqttPassword: password, linkKey: key });
}

async function doCount(links: LinkStore, file: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  return (await links.keysOf(DEMO_MACHINE_ID)).includes(readCredentials(file).linkKey);
}
