// npm run mutation: changes the code of money, lifecycle, settlement and grants in every small way, and sees a test fail.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { install, node } from './install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

await install();
const stryker = join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const child = spawn(node, [stryker, 'run', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
child.once('exit', (code) => process.exit(code ?? 1));
