import { parseArgs } from 'node:util';

import { command, COMMAND_HELP } from './command.js';

/** Where `npm start` puts the pages of its machines. */
const USUAL_URL = 'http://127.0.0.1:8091';

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    options: { url: { type: 'string' }, machine: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true || positionals.length === 0) return COMMAND_HELP;
  const port = process.env['MACHINE_PORT'];
  const usual = port === undefined || port === '' ? USUAL_URL : `http://127.0.0.1:${port}`;
  return command(positionals, { url: values.url ?? usual, machine: values.machine });
}

main().then(
  (text) => process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
