import { auditCommand } from './audit-command.js';
import { embeddedEnvironment } from './embedded-environment.js';
import { projectFolder } from './project-folder.js';

const environment = await embeddedEnvironment(projectFolder, process.env);
process.exitCode = await auditCommand(process.argv.slice(2), environment, (line) => console.log(line));
