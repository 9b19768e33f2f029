import { writeFile } from 'node:fs/promises';

import { resultCodePage } from './result-code-page.js';

// From the project's folder, where scripts/run.mjs starts programs.
await writeFile('docs/seqr-result-codes.md', resultCodePage());
