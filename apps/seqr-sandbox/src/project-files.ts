import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The full path of a file that is read as it is, not compiled: the schema, the phone's page. This code runs from the
 * sources in tests and from `dist` otherwise, so the project's folder is looked for upwards.
 *
 * @throws Error when no folder above holds the file.
 */
export function projectFile(relativePath: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, relativePath);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) throw new Error(`the sandbox cannot find its file ${relativePath}`);
  }
}
