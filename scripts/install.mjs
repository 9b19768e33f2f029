// Installs what package-lock.json names, when it is not there yet. Begins on any Node from 18 on, with nothing installed.
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** The Node that everything runs on: a package like the others, since the computer's own may be older. */
export const node = join(root, 'node_modules', '.bin', 'node');
/**
 * How everything is run on it; the Dockerfile says the same. Node would let the nursery of new objects grow to three times
 * 32 MB in a server, and saves little CPU by it (docs/performance.md).
 */
export const nodeOptions = ['--enable-source-maps', '--max-semi-space-size=16'];

export function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || !existsSync(node)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

/** `npm ci` without install scripts: nothing here needs one, and what does not run can do no harm. */
export async function install() {
  if (isInstalled()) return;
  console.log('Installing packages (once; about a minute)');
  const startedAt = Date.now();
  const ticking = setInterval(() => {
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    if (process.stdout.isTTY) process.stdout.write(`\r  … ${seconds} s `);
    else if (seconds % 15 === 0) console.log(`  … ${seconds} s`);
  }, 1_000);
  try {
    await npmCi();
  } finally {
    clearInterval(ticking);
    if (process.stdout.isTTY) process.stdout.write('\r');
  }
  console.log(`  ✓ ${'packages'.padEnd(34)} ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
}

function npmCi() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, all] = npm === undefined ? ['npm', args] : [process.execPath, [npm, ...args]];
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (exit code ${code}):\n${output.trim().split('\n').slice(-20).join('\n')}`));
    });
  });
}
