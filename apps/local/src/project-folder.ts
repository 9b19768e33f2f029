import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project: this file is dist/apps/local/src/project-folder.js. */
export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');
