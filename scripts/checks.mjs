// npm run check: everything that can be judged without running the program.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { node } from './install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (path) => join(root, 'node_modules', ...path.split('/'));
const code = ['apps', 'libs', 'firmware-bridge', 'prisma', 'test', 'scripts'];

const CHECKS = [
  ['types', [node, bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
  ['types of the console', [node, bin('typescript/bin/tsc'), '--noEmit', '-p', 'apps/operator-console']],
  ['lint', [node, bin('oxlint/bin/oxlint'), '--type-aware', '--quiet', ...code]],
  ['format', [node, bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  [
    'layers',
    [
      node,
      bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'libs',
      'firmware-bridge',
      'prisma',
    ],
  ],
];

/** @returns how many checks passed and failed; the words of those that failed were printed. */
export async function check() {
  let passed = 0;
  let failed = 0;
  for (const [name, command] of CHECKS) {
    const startedAt = Date.now();
    const { code: exitCode, output } = await run(command);
    const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
    if (exitCode === 0) {
      passed += 1;
      console.log(`  ✓ ${name.padEnd(34)} ${seconds} s`);
    } else {
      failed += 1;
      console.log(`  ✗ ${name.padEnd(34)} ${seconds} s\n${output.trim()}\n`);
    }
  }
  return { passed, failed };
}

function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => resolve({ code: 1, output: String(error) }));
    child.once('exit', (code) => resolve({ code: code ?? 1, output }));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { failed } = await check();
  process.exit(failed === 0 ? 0 : 1);
}
