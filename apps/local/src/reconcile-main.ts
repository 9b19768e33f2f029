import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { localMachineEnvironment } from './machine-environment.js';
import { reconcileCommand } from './reconcile-command.js';

/** The project: this file is dist/apps/local/src/reconcile-main.js. */
const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

const environment = await localMachineEnvironment(projectFolder, process.env);
process.exitCode = await reconcileCommand(process.argv.slice(2), environment, (line) => console.log(line));
