// Starts one program of the built system: node scripts/run.mjs <program> [its options].
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from './build.mjs';
import { install, node, nodeOptions } from './install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [program, ...options] = process.argv.slice(2);

try {
  await install();
  await build((what, seconds) => console.log(`  ✓ built: ${what.padEnd(27)} ${seconds.toFixed(1)} s`), {
    simulation: program.includes('test/'),
  });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const environment = existsSync(join(root, '.env')) ? [`--env-file=${join(root, '.env')}`] : [];
const args = [...nodeOptions, ...environment, join(root, 'dist', `${program}.js`), ...options];
const child = spawn(node, args, { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);
child.once('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 130)));
