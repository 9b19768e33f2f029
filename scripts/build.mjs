// Builds everything into dist/: the database client, the servers, the console. What has not changed is not built again.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules', '.bin', 'node');
const bin = (name) => join(root, 'node_modules', ...name.split('/'));

/**
 * @param {(what: string, seconds: number) => void} [done] told after each part that was built.
 * @param {{ simulation?: boolean }} [options] the simulation is built for its command only.
 */
export async function build(done = () => undefined, options = {}) {
  const parts = [
    {
      name: 'database client',
      sources: ['prisma/schema.prisma', 'package-lock.json'],
      // Generating needs no engine; the variable keeps Prisma from downloading one.
      run: () =>
        run([bin('prisma/build/index.js'), 'generate', '--schema', 'prisma/schema.prisma'], {
          PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        }),
    },
    {
      name: 'servers',
      sources: [
        'apps',
        'libs',
        'firmware-bridge',
        'prisma',
        'tsconfig.json',
        'tsconfig.build.json',
        'package-lock.json',
      ],
      except: /operator-console|\.spec\.ts$/,
      run: async () => {
        await run([bin('@nestjs/cli/bin/nest.js'), 'build']);
        copyAssets();
      },
    },
    {
      name: 'console',
      sources: ['apps/operator-console', 'libs/fleet/operator-views.ts', 'package-lock.json'],
      run: () =>
        run([bin('vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {}, join(root, 'apps', 'operator-console')),
    },
    ...(options.simulation === true
      ? [
          {
            name: 'simulation',
            sources: [
              'test/simulation',
              'test/crashes',
              'test/bench',
              'libs',
              'apps',
              'firmware-bridge',
              'tsconfig.simulation.json',
              'package-lock.json',
            ],
            except: /\.spec\.ts$/,
            run: () => run([bin('typescript/bin/tsc'), '-p', 'tsconfig.simulation.json']),
          },
        ]
      : []),
  ];
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const part of parts) {
    const stampFile = join(root, 'dist', `.built-${part.name.replace(' ', '-')}`);
    const stamp = fingerprint(part.sources, part.except);
    if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) continue;
    rmSync(stampFile, { force: true });
    const startedAt = Date.now();
    await part.run();
    writeFileSync(stampFile, fingerprint(part.sources, part.except));
    done(part.name, (Date.now() - startedAt) / 1_000);
  }
}

function fingerprint(sources, except) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (name !== 'node_modules' && name !== 'prisma-client' && name !== 'dist') add(join(path, name));
      }
    } else if (!except?.test(path)) {
      hash.update(`${relative(root, path)} ${stat.size} ${stat.mtimeMs}\n`);
    }
  };
  for (const source of sources) add(join(root, source));
  return hash.digest('hex');
}

/** Files that programs read beside themselves. */
function copyAssets() {
  const copy = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!['node_modules', 'operator-console', 'prisma-client', 'dist'].includes(entry.name)) copy(path);
      } else if (/\.(wsdl|xsd|html|css|js|svg|ttf)$/.test(entry.name)) {
        cpSync(join(root, path), join(root, 'dist', path));
      }
    }
  };
  for (const folder of ['libs', 'apps', 'firmware-bridge']) copy(folder);
}

function run(args, environment = {}, cwd = root) {
  return new Promise((resolve, reject) => {
    const child = spawn(existsSync(node) ? node : process.execPath, args, {
      cwd,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')} failed:\n${output}`))));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await build((what, seconds) => console.log(`  ✓ ${what.padEnd(34)} ${seconds.toFixed(1)} s`));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
