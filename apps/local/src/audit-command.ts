import { open } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';

import { AuditFileError } from '#dex/audit-file-error.js';
import { type AuditFileView, AuditFileViews } from '#dex/audit-file-views.js';
import { AuditFiles } from '#dex/audit-files.js';
import { AuditRefusalError } from '#dex/audit-refusal-error.js';
import { AUDIT_FILE_BYTES_MAX } from '#dex/segments.js';
import { momentOf, readerOf } from '#dex/upload-text.js';
import { DatabaseClock } from '#platform/clock.js';
import { Database } from '#platform/database.js';
import { systemIds } from '#platform/ids.js';

import { UsageError } from './usage-error.js';

const HELP = `npm run audit -- --machine ID FILE [--read-at TIME] [--reader 1|2] [--serial NUMBER]
npm run audit -- --machine ID --list

Keeps an audit file of a machine (EVA-DTS/DEX: what a handheld or the machine itself gave), and compares what the machine
sold without cash since the file before with what was charged there. A difference becomes a review case.

  --machine ID      the machine that it was read from (helsinki-central-1)
  --read-at TIME    when the machine was read, where its clock is wrong: 2026-11-21T14:05:00Z
  --reader 1|2      which of its cashless readers is ours: 1 is DA, 2 is DB. Said once, it stays so
  --serial NUMBER   its new serial number, after its board was replaced
  --list            shows the newest files of the machine, and does nothing else
  --help            this page

Takes DATABASE_URL from the environment and the file .env; without it, works on what npm start embeds, which has to be
running. The same file sent twice is kept once. A file that is refused leaves nothing; the message names the line.

Exit code 0 when it is kept and no difference was found, 1 when there is a difference or it is refused, 2 when it is not
clear what to do. docs/audit-files.md explains what is compared.
`;

const LIST_MAX = 30;

type Environment = Readonly<Record<string, string | undefined>>;

interface Order {
  readonly machine: string;
  /** Null: the list is asked for. */
  readonly file: string | null;
  readonly readAt: number | undefined;
  readonly reader: 1 | 2 | undefined;
  readonly serial: string | undefined;
}

/** @returns the exit code. @param print takes one line */
export async function auditCommand(
  args: readonly string[],
  environment: Environment,
  print: (line: string) => void,
): Promise<number> {
  try {
    const order = orderOf(args);
    if (order === 'help') {
      print(HELP);
      return 0;
    }
    const url = environment['DATABASE_URL'] ?? '';
    if (url === '') throw new UsageError('DATABASE_URL is not set, and npm start has not embedded one here');
    const database = await Database.connect(url, 'vendrail-audit');
    try {
      return await follow(order, database, print);
    } finally {
      await database.close();
    }
  } catch (error) {
    if (error instanceof UsageError) {
      print(`${error.message}\n\n${HELP}`);
      return 2;
    }
    const isRefused = error instanceof AuditFileError || error instanceof AuditRefusalError;
    const message = error instanceof Error ? error.message.trim() : String(error);
    print(isRefused ? `✗ Refused, nothing is kept: ${message}` : message);
    return 1;
  }
}

async function follow(order: Order, database: Database, print: (line: string) => void): Promise<number> {
  const views = new AuditFileViews(database);
  if (order.file === null) {
    const files = await views.list(order.machine, LIST_MAX);
    if (files === null) throw new UsageError(`there is no machine ${order.machine}`);
    if (files.length === 0) print('No audit file of this machine is kept yet.');
    for (const file of files) print(lineOf(file));
    return 0;
  }
  const { machine, readAt, reader, serial } = order;
  const files = new AuditFiles({ database, ids: systemIds, clock: new DatabaseClock() });
  const upload = { by: userInfo().username, readAt, reader, serial };
  const { id, isNew } = await files.take(machine, await contentOf(order.file), upload);
  const view = await views.one(machine, id);
  if (view === null) throw new Error('the file was kept and cannot be found');
  print(`${isNew ? '✓ Kept' : 'Was kept before'}: ${lineOf(view)}`);
  for (const { text } of view.comparison.findings) print(`  ${text}`);
  if (view.comparison.reviewCaseId !== null) print(`✗ Review case ${view.comparison.reviewCaseId}`);
  return view.comparison.verdict === 'differs' ? 1 : 0;
}

function orderOf(args: readonly string[]): Order | 'help' {
  const { values, positionals } = argumentsOf(args);
  if (values.help === true) return 'help';
  const { machine, list, serial } = values;
  if (machine === undefined) throw new UsageError('say which machine: --machine ID');
  const [file, ...more] = positionals;
  if (more.length > 0) throw new UsageError('one file at a time');
  if ((file === undefined) !== (list === true)) throw new UsageError('name one file, or ask for the --list');
  return {
    machine,
    file: file ?? null,
    readAt: readAtOf(values['read-at']),
    reader: namedReaderOf(values.reader),
    serial,
  };
}

function argumentsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        machine: { type: 'string' },
        'read-at': { type: 'string' },
        reader: { type: 'string' },
        serial: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readAtOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = momentOf(text);
  if (at === null) throw new UsageError('--read-at must be like 2026-11-21T14:05:00Z');
  return at;
}

function namedReaderOf(text: string | undefined): 1 | 2 | undefined {
  if (text === undefined) return undefined;
  const reader = readerOf(text);
  if (reader === null) throw new UsageError('--reader is 1 or 2');
  return reader;
}

/** No more than the reader takes, and one byte that tells it that there is more. */
async function contentOf(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(AUDIT_FILE_BYTES_MAX + 1) });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** "2026-11-21T12:05:00.000Z  agrees  12 sales of 21.60 at the machine, 12 of 21.60 charged". */
function lineOf({ readAt, currency, comparison: { verdict, cashless } }: AuditFileView): string {
  const words = {
    first: 'the first file: the next one is compared with it',
    waiting: 'waits for a purchase to end',
    agrees: 'agrees',
    differs: 'differs',
    'not-compared': 'could not be compared',
  } as const;
  const figures =
    cashless === null
      ? ''
      : `: ${cashless.machine.count ?? '?'} sales of ${cashless.machine.amount ?? '?'} ${currency} at the machine, ` +
        `${cashless.ours.count} of ${cashless.ours.amount} charged`;
  return `read ${readAt}, ${words[verdict]}${figures}`;
}
