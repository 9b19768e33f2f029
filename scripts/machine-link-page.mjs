// npm run docs:machine-link: writes docs/machine-link.md and docs/machine-link.asyncapi.json from libs/machine-protocol.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from './build.mjs';
import { install } from './install.mjs';

const docs = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs');

await install();
await build();
const { machineLinkPage } = await import('../dist/libs/machine-protocol/page/page.js');
const { machineLinkAsyncApi } = await import('../dist/libs/machine-protocol/page/asyncapi.js');
writeFileSync(join(docs, 'machine-link.md'), machineLinkPage());
writeFileSync(join(docs, 'machine-link.asyncapi.json'), machineLinkAsyncApi());
