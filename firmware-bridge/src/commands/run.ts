import { parseArgs } from 'node:util';

import { startBridge } from '../bridge.js';
import { CONFIG_HELP, readConfig } from '../config.js';
import { jsonLog } from '../log.js';
import { claimJournal } from '../only-one.js';
import { superviseWith } from '../supervisor.js';
import { DEFAULT_TIMINGS } from '../timings.js';
import { EXIT, type Command, type Surroundings } from './command.js';

const HELP = `vendrail-bridge [run] [--config FILE]

Runs the bridge until SIGTERM or SIGINT, and then closes the open session first. Logs JSON lines.

FILE is JSON. Each setting may also come from the environment, which stands above the file:

${CONFIG_HELP}
  mdb, relay       (file only) for the adapters wafer-star and relay; see the README
  timings          (file only) milliseconds by name; see src/timings.ts

Exit codes: 0 stopped when asked to, 78 the configuration cannot work, 1 anything else.
`;

export const run: Command = {
  summary: 'runs the bridge; also without a command',
  help: HELP,
  run: async (options, { environment, say, stopped }: Surroundings) => {
    const { values } = parseArgs({ args: [...options], options: { config: { type: 'string', short: 'c' } } });
    const config = readConfig(values.config, environment);
    const log = jsonLog((line) => say(line.trimEnd()), 'bridge');
    const release = await claimJournal(config.journalDir);
    if (release === undefined) {
      log.error('another bridge uses this journal', { journalDir: config.journalDir });
      return EXIT.failed;
    }
    const bridge = await startBridge(config, { log });
    log.info('started', { machineId: config.machineId, bootId: bridge.bootId });
    const supervision = superviseWith(environment, config.timings?.standstillMs ?? DEFAULT_TIMINGS.standstillMs, log);
    supervision.ready();
    log.info('stopping', { signal: await stopped });
    await bridge.stop();
    supervision.end();
    release();
    log.info('stopped');
    return EXIT.well;
  },
};
