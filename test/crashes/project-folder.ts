import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's folder, from the sources as well as from dist/: what is started is always the built program. */
function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package-lock.json'))) {
    if (folder === dirname(folder)) throw new Error('this is not inside the project');
    folder = dirname(folder);
  }
  return folder;
}

export const PROJECT = projectFolder();

/** The programs beside this file that are started as processes of their own. */
export function harnessProgram(name: string): string {
  return join(PROJECT, 'test', 'crashes', name);
}
