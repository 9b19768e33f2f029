import { parseArgs } from 'node:util';

import type { BridgeConfig } from '../../bridge.js';
import { systemClock } from '../../clock.js';
import { ConfigError, readConfig } from '../../config.js';
import { claimJournal } from '../../only-one.js';
import { EXIT, type Command } from '../command.js';
import { checkPort } from '../serial-port.js';
import { checkBroker } from './broker.js';
import { checkClock } from './clock.js';
import { inWords, type Finding } from './finding.js';
import { checkFolder, checkJournal } from './journal-folder.js';
import { checkMachine } from './machine.js';

const HELP = `vendrail-bridge doctor [--config FILE]

Looks at everything that the bridge needs, one line each: ✓ is well, ✗ is not, with what to do; · could not be checked
for a reason that stands above it. Run it as the user of the bridge while the bridge is stopped, as only one program can
use the serial port:

  sudo systemctl stop vendrail-bridge
  sudo -u vendrail-bridge vendrail-bridge doctor --config /etc/vendrail/bridge.json
  sudo systemctl start vendrail-bridge

A sign-in at the broker could take the connection of a bridge that runs, and is then left out. The doctor changes nothing
but this: a session that is open at the machine ends.
Exit codes: 0 all is well, 1 something is not, 78 the configuration cannot work.
`;

export const doctor: Command = {
  summary: 'looks at configuration, port, adapter, machine, broker, clock and disk',
  help: HELP,
  run: async (options, { environment, say }) => {
    const { values } = parseArgs({ args: [...options], options: { config: { type: 'string', short: 'c' } } });
    let config: BridgeConfig;
    try {
      config = readConfig(values.config, environment);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const found of error.faults) say(inWords({ name: 'configuration', well: false, found }));
      return EXIT.config;
    }
    let ill = 0;
    for await (const finding of examine(config)) {
      say(inWords(finding));
      if (finding.well === false) ill += 1;
    }
    say(ill === 0 ? 'All is well.' : `${ill} ${ill === 1 ? 'thing is' : 'things are'} not well.`);
    return ill === 0 ? EXIT.well : EXIT.failed;
  },
};

async function* examine(config: BridgeConfig): AsyncGenerator<Finding> {
  yield { name: 'configuration', well: true, found: `machine ${config.machineId}, ${config.currency}` };
  const port = await checkPort(config.serialPath);
  yield port;
  if (port.well === true) yield* await checkMachine(config);
  else yield { name: 'adapter and machine', well: undefined, found: 'not asked, as the port cannot be used' };
  // Kept during the sign-in: a bridge that is started meanwhile gives up, and systemd starts it again.
  const release = await claimJournal(config.journalDir);
  try {
    yield* checkBroker(config, release === undefined);
  } finally {
    release?.();
  }
  yield await checkClock(systemClock);
  yield checkFolder(config.journalDir, systemClock);
  yield checkJournal(config.journalDir, config.machineId);
}
