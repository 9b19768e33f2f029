import { parseArgs } from 'node:util';

import type { TimeLineEntryView } from '#fleet/operator-views.js';
import { DIALECTS, type Dialect } from '#simulated-machine/faults.js';

import { MACHINES_MAX } from './demo-machine.js';
import { demoPurchase } from './demo-purchase.js';
import { readLocalEnvironment } from './environment.js';
import { openInstallation } from './installation.js';
import { projectFolder } from './project-folder.js';
import { type LocalSystem, startSystem } from './system.js';

const HELP = `npm start [-- options]

Starts Vendrail on this computer: PostgreSQL, MQTT broker, SEQR sandbox, reseller API, machine gateway and one simulated
vending machine with its bridge. Then it buys something once, to show how; and stays up.

  --machines N    simulate so many machines, each with a bridge of its own (1 to ${MACHINES_MAX})
  --dialect NAME  what stands between machine and bridge: ${DIALECTS.join(' or ')}
  --once          stop after that purchase: exit code 0 when it was committed
  --fresh         forget everything first: data, certificate, secrets
  --help          this text

Set DATABASE_URL, MQTT_URL or SEQR_SOAP_URL to use your own instead of the embedded one; .env.example lists every
variable. With SEQR_SOAP_URL nothing is bought unasked.
`;

const colours = process.stdout.isTTY;
const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      machines: { type: 'string' },
      dialect: { type: 'string' },
      once: { type: 'boolean' },
      fresh: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const environment = {
    ...readLocalEnvironment(projectFolder),
    machines: machineCount(values.machines ?? '1'),
    dialect: dialectOf(values.dialect ?? 'qibixx'),
  };
  if (values.fresh === true && environment.databaseUrl !== undefined) {
    console.error(
      '--fresh forgets what is embedded, and with it the secret that the purchases in DATABASE_URL were made with: empty that database yourself, or leave --fresh away',
    );
    return 1;
  }
  const installation = await openInstallation(environment.folder, values.fresh ?? false);
  const stopping = untilSignal();
  console.log(`\n${paint(1, 'Vendrail')} is starting`);
  const system = await startSystem(installation, environment, projectFolder, progress);
  try {
    introduce(system);
    if (system.sandbox !== undefined) {
      console.log(`\n${paint(1, 'A purchase, from scan to commit')}  (SANDBOX: no real money)\n`);
      const verdict = await Promise.race([
        demoPurchase(system, tell).then(
          (agreement) => ({ text: `\n  ${agreement}\n`, ok: true }),
          (error: Error) => ({ text: `\n  ${paint(31, 'The purchase failed')}: ${error.message}\n`, ok: false }),
        ),
        stopping.then(() => undefined),
      ]);
      if (verdict === undefined) return values.once === true ? 1 : 0;
      console.log(verdict.text);
      if (values.once === true) return verdict.ok ? 0 : 1;
    } else if (values.once === true) {
      console.error('--once needs the sandbox: with SEQR_SOAP_URL set nothing is bought unasked');
      return 1;
    }
    console.log(`Up. ${paint(2, 'Ctrl-C stops everything.')}`);
    await stopping;
    return 0;
  } finally {
    if (values.once !== true) console.log('\nStopping');
    await system.stop();
  }
}

function machineCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MACHINES_MAX) throw new RangeError(`--machines takes a number from 1 to ${MACHINES_MAX}`);
  return count;
}

function dialectOf(text: string): Dialect {
  const dialect = DIALECTS.find((name) => name === text);
  if (dialect === undefined) throw new RangeError(`--dialect takes ${DIALECTS.join(' or ')}`);
  return dialect;
}

async function progress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`  ${paint(32, '✓')} ${what.padEnd(34)} ${paint(2, `${seconds} s`)}`);
  return result;
}

function introduce(system: LocalSystem): void {
  const places = [
    ['Console', system.consoleUrl],
    ['createPurchase', `${system.baseUrl}/seqr/createPurchase`],
    ['API documentation', `${system.baseUrl}/docs`],
    ...(system.sandbox === undefined
      ? [['SEQR', system.seqrSoapUrl]]
      : [
          ['SEQR sandbox: phone', system.sandbox.url],
          ['SEQR sandbox: SOAP', system.seqrSoapUrl],
        ]),
    system.fleet.length === 1
      ? ['Simulated machine', `${system.machineUrl}   (serial line ${system.serialPath})`]
      : [`${system.fleet.length} simulated machines`, system.machineUrl],
    ['PostgreSQL', system.databaseUrl.replace(/:\/\/([^:/@]+):[^@]*@/, '://$1:…@')],
    ['Data', system.dataFolder],
    ['MQTT broker', system.mqttUrl.replace(/:\/\/([^:/@]+):[^@]*@/, '://$1:…@')],
  ];
  console.log('');
  for (const [name = '', where = ''] of places) console.log(`  ${name.padEnd(20)} ${where}`);
}

const TONES = { neutral: 0, progress: 36, good: 32, warning: 33, bad: 31 } as const;

function tell(entry: TimeLineEntryView): void {
  const time = new Date(entry.at).toLocaleTimeString('en-GB', { hour12: false });
  const since = `+${(entry.sinceStartMs / 1_000).toFixed(3)} s`;
  const detail = entry.detail === null ? '' : paint(2, `  ${entry.detail}`);
  const title = `${entry.step.padEnd(12)} ${entry.title}`;
  console.log(`  ${time}  ${since.padStart(10)}  ${paint(TONES[entry.tone], title)}${detail}`);
  for (const line of entry.evidence) console.log(`${' '.repeat(39)}${paint(2, line)}`);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      // The handler stays: a second Ctrl-C must not leave PostgreSQL behind.
      process.on(signal, () => {
        if (asked) console.log('Still stopping: what is under way is brought to its end first');
        asked = true;
        resolve();
      });
    }
  });
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`\nVendrail could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
// Everything was stopped above; a handle that a library left open must not keep the process.
process.exit();
