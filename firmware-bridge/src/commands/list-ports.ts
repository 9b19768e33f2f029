import { parseArgs } from 'node:util';

import { EXIT, type Command } from './command.js';
import { listPorts } from './serial-port.js';

const HELP = `vendrail-bridge list-ports

Lists the serial ports of this computer. Put the stable name into serialPath, if there is one: the other changes when
the adapter is plugged in elsewhere or after another.

Exit codes: 0 there is a port, 1 there is none.
`;

export const listPortsCommand: Command = {
  summary: 'lists the serial ports of this computer',
  help: HELP,
  run: async (options, { say }) => {
    parseArgs({ args: [...options], options: {} });
    const ports = listPorts();
    for (const { path, stablePath } of ports) say(stablePath === undefined ? path : `${stablePath}  (now ${path})`);
    if (ports.length > 0) return EXIT.well;
    say(
      'No serial port was found. Is the adapter plugged in? On a Raspberry Pi with a hat, is the serial port switched',
    );
    say('on (sudo raspi-config, Interface Options, Serial Port: no login shell, hardware enabled)?');
    return EXIT.failed;
  },
};
