import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { auditCommand } from './audit-command.js';
import { localMachineEnvironment } from './machine-environment.js';

/** The project: this file is dist/apps/local/src/audit-main.js. */
const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

process.exitCode = await auditCommand(
  process.argv.slice(2),
  await localMachineEnvironment(projectFolder, process.env),
  (line) => console.log(line),
);
