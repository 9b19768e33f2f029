// npm test: installs what is missing, builds, checks, runs every test. The last line is "N passed, N failed".
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from './build.mjs';
import { check } from './checks.mjs';
import { install, node } from './install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const HELP = `npm test [-- jest options]

Types, lint, format, layer rules, and all tests: unit, integration, end to end, browser.
With jest options (for example: npm test -- --selectProjects unit) only those tests run, without the checks.
`;

async function main() {
  const options = process.argv.slice(2);
  if (options.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  await install();
  await build((what, seconds) => console.log(`  ✓ built: ${what.padEnd(27)} ${seconds.toFixed(1)} s`), {
    simulation: true,
  });
  if (options.length === 0) {
    await ensureChromium();
    await ensureMosquitto();
  }
  const checks = options.length === 0 ? await check() : { passed: 0, failed: 0 };
  const tests = await jest(options);
  const passed = checks.passed + tests.passed;
  const failed = checks.failed + tests.failed;
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && tests.exitCode === 0 ? 0 : 1;
}

/** The browser tests use Debian's Chromium; where it is missing and we may, it is installed. */
async function ensureChromium() {
  if (['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].some((path) => existsSync(path)))
    return;
  console.log('Installing Chromium for the browser tests (once)');
  await installFromDebian('chromium');
}

/** The machine link is tried at Debian's Mosquitto too. */
async function ensureMosquitto() {
  if (existsSync('/usr/sbin/mosquitto')) return;
  console.log('Installing Mosquitto for the tests of the machine link (once)');
  await installFromDebian('mosquitto');
}

async function installFromDebian(name) {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  const installed =
    (await run([...apt, 'update', '-qq'])) === 0 &&
    (await run([...apt, 'install', '-y', '-qq', '--no-install-recommends', name])) === 0;
  if (!installed) throw new Error(`${name} could not be installed: apt-get install ${name}, then npm test again`);
}

async function jest(options) {
  const results = join(root, 'test-results', 'jest.json');
  mkdirSync(dirname(results), { recursive: true });
  rmSync(results, { force: true });
  const exitCode = await run(
    [node, join(root, 'node_modules', 'jest', 'bin', 'jest.js'), '--json', `--outputFile=${results}`, ...options],
    'ignore',
  );
  if (!existsSync(results)) return { passed: 0, failed: 1, exitCode };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests } = JSON.parse(
    readFileSync(results, 'utf8'),
  );
  // A suite that could not even be loaded, and a test that was skipped, are failures too.
  const failed = numFailedTests + numRuntimeErrorTestSuites + (options.length === 0 ? numPendingTests : 0);
  return { passed: numPassedTests, failed, exitCode };
}

function run([command, ...args], stdout = 'inherit') {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', stdout, 'inherit'] });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`\n${error.message}`);
  console.log('\n0 passed, 1 failed');
  process.exitCode = 1;
}
