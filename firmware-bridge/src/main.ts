import { parseArgs } from 'node:util';

import { startBridge } from './bridge.js';
import { CONFIG_HELP, ConfigError, readConfig } from './config.js';
import { ENROL_HELP, EnrolError, enrolCommand } from './enrol.js';
import { JournalError } from './journal/journal.js';
import { jsonLog } from './log.js';

const HELP = `Vendrail bridge: the program beside a vending machine.

  vendrail-bridge [--config FILE]
${ENROL_HELP}
FILE is JSON. Each setting may also come from the environment, which stands above the file:

${CONFIG_HELP}
  timings          (file only) milliseconds by name; see src/timings.ts

It runs until SIGTERM or SIGINT, and then closes the open session first.
`;

/** Exit codes of sysexits.h: a supervisor should not restart what cannot work. */
const EXIT_USAGE = 64;
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  if (process.argv[2] === 'enrol') return enrolCommand(process.argv.slice(3));
  const { values } = parseArgs({
    options: { config: { type: 'string', short: 'c' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) return void process.stdout.write(HELP);

  const config = readConfig(values.config, process.env);
  const log = jsonLog((line) => process.stdout.write(line), 'bridge');
  const bridge = await startBridge(config, { log });
  log.info('started', { machineId: config.machineId, bootId: bridge.bootId });

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // The second signal is an order.
    if (stopping) process.exit(1);
    stopping = true;
    log.info('stopping', { signal });
    void bridge.stop().then(() => log.info('stopped'));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function isUsageError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

main().catch((error: unknown) => {
  const usage = isUsageError(error);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const expected =
    usage || error instanceof ConfigError || error instanceof JournalError || error instanceof EnrolError;
  process.stderr.write(`${expected ? message : (stack ?? message)}\n`);
  process.exitCode = usage ? EXIT_USAGE : error instanceof ConfigError ? EXIT_CONFIG : 1;
});
