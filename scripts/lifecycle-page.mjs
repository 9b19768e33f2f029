// npm run docs:lifecycle: writes docs/lifecycle.md from the code of the lifecycle.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from './build.mjs';
import { install } from './install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

await install();
await build();
const { lifecyclePage } = await import('../dist/libs/purchase/testing/lifecycle-page.js');
writeFileSync(join(root, 'docs', 'lifecycle.md'), lifecyclePage());
