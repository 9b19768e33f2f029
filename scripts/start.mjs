// npm start: from a fresh clone to a running system.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from './build.mjs';
import { install, node, nodeOptions } from './install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

try {
  await install();
  await build((what, seconds) => console.log(`  ✓ built: ${what.padEnd(27)} ${seconds.toFixed(1)} s`));
} catch (error) {
  console.error(`\nVendrail could not be made ready: ${error.message}`);
  process.exit(1);
}
const program = join(root, 'dist', 'apps', 'local', 'src', 'main.js');
const child = spawn(node, [...nodeOptions, program, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
// The terminal sends Ctrl-C to both; a signal for this process alone is handed on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);
child.once('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
