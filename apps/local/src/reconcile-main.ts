import { reconcileCommand } from './reconcile-command.js';

process.exitCode = await reconcileCommand(process.argv.slice(2), process.env, (line) => console.log(line));
