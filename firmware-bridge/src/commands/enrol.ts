import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { enrol } from '../enrol.js';

import { EXIT, type Command, UsageError } from './command.js';

const HELP = `vendrail-bridge enrol --server https://HOST[:PORT] --code CODE --out FILE [--ca FILE]

CODE comes from "npm run machine -- enrol ID" on the server; it counts for half an hour, once. FILE gets what the bridge
proves itself with (mode 600) and is then named by credentialsFile. Where FILE is there already, the old credentials count
until the bridge is started again, which has to be within ten minutes. The same command may be repeated when no answer came.
`;

export const enrolCommand: Command = {
  summary: 'exchanges a one-time code of the server for credentials',
  help: HELP,
  run: async (options, { say }) => {
    const { values } = parseArgs({
      args: [...options],
      options: {
        server: { type: 'string' },
        code: { type: 'string' },
        out: { type: 'string' },
        ca: { type: 'string' },
      },
    });
    const { server, code, out } = values;
    if (server === undefined || code === undefined || out === undefined) {
      throw new UsageError(`--server, --code and --out are needed\n\n${HELP}`);
    }
    const ca = values.ca === undefined ? undefined : readFileSync(values.ca, 'utf8');
    say(`enrolled as ${await enrol({ server, code, out, ca })}; credentials in ${out}`);
    return EXIT.well;
  },
};
