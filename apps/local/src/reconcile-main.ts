import { embeddedEnvironment } from './embedded-environment.js';
import { projectFolder } from './project-folder.js';
import { reconcileCommand } from './reconcile-command.js';

const environment = await embeddedEnvironment(projectFolder, process.env);
process.exitCode = await reconcileCommand(process.argv.slice(2), environment, (line) => console.log(line));
