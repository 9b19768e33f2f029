#!/usr/bin/env node
import { EXIT, UsageError, type Command, type Surroundings } from './commands/command.js';
import { doctor } from './commands/doctor/doctor.js';
import { enrolCommand } from './commands/enrol.js';
import { listPortsCommand } from './commands/list-ports.js';
import { run } from './commands/run.js';
import { testVend } from './commands/test-vend.js';
import { ConfigError } from './config.js';
import { CredentialsError } from './credentials.js';
import { EnrolError } from './enrol.js';
import { JournalError } from './journal/journal.js';

const COMMANDS: Readonly<Record<string, Command>> = {
  run,
  doctor,
  'list-ports': listPortsCommand,
  'test-vend': testVend,
  enrol: enrolCommand,
};

const HELP = `Vendrail bridge: the program beside a vending machine.

  vendrail-bridge [COMMAND] [--config FILE]

${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`)
  .join('\n')}

vendrail-bridge COMMAND --help says more.
`;

async function main(given: readonly string[]): Promise<number> {
  const [first = ''] = given;
  const named = Object.hasOwn(COMMANDS, first);
  const command = named ? COMMANDS[first] : run;
  const options = named ? given.slice(1) : given;
  const wantsHelp = options.includes('--help') || options.includes('-h');
  if (wantsHelp) {
    process.stdout.write(named ? (command?.help ?? HELP) : HELP);
    return EXIT.well;
  }
  if (command === undefined || (!named && first !== '' && !first.startsWith('-'))) {
    throw new UsageError(`there is no command ${first}`);
  }
  return command.run(options, surroundings());
}

function surroundings(): Surroundings {
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    let stopping = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // The second signal is an order.
        if (stopping) process.exit(EXIT.failed);
        stopping = true;
        resolve(signal);
      });
    }
  });
  return { environment: process.env, say: (line) => void process.stdout.write(`${line}\n`), stopped };
}

function exitCodeOf(error: unknown): number {
  const usage = error instanceof UsageError || isParseError(error);
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const config = error instanceof ConfigError || error instanceof CredentialsError;
  const expected = usage || config || error instanceof JournalError || error instanceof EnrolError || isOfAFile(error);
  process.stderr.write(`${expected ? message : (stack ?? message)}\n`);
  return usage ? EXIT.usage : config ? EXIT.config : EXIT.failed;
}

/** A folder that is missing, a file that is another user's: the message names call and path, a stack says no more. */
function isOfAFile(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

function isParseError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

process.exitCode = await main(process.argv.slice(2)).catch(exitCodeOf);
