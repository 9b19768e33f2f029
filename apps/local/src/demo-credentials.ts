import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { type Credentials, readCredentials } from '#bridge/credentials.js';
import { enrol } from '#bridge/enrol.js';
import type { LinkStore } from '#fleet/link/link-store.js';

import { DEMO_MACHINE_ID } from './demo-machine.js';

/** The demo machine is enrolled as every other: by a code, over HTTPS. Enrolled once, it stays so. */
export async function demoCredentials(
  links: LinkStore,
  place: { readonly file: string; readonly server: string; readonly caFile: string },
): Promise<Credentials> {
  const { file, server } = place;
  if (existsSync(file)) {
    const credentials = readCredentials(file);
    if ((await links.keysOf(DEMO_MACHINE_ID)).includes(credentials.linkKey)) return credentials;
  }
  const code = await links.newCode(DEMO_MACHINE_ID);
  await enrol({ server, code, out: file, ca: await readFile(place.caFile, 'utf8') });
  return readCredentials(file);
}
