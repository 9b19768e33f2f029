import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';

import { HELP, readCommand } from './options.js';
import { asText, PROCEDURES } from './procedure/procedures.js';
import { NoBrowserError } from './report/browser.js';
import { print } from './report/print.js';
import { writeReport } from './report/write.js';
import { certify } from './certify.js';
import { hasPassed } from './walk/record.js';

/** The project: this file is dist/apps/certification/src/main.js. */
const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  const envFile = join(projectFolder, '.env');
  if (existsSync(envFile)) loadEnvFile(envFile);
  const { version } = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')) as { version: string };
  const command = readCommand(process.argv.slice(2), process.env, version);
  if (command.kind === 'help') return (say(HELP), 0);
  if (command.kind === 'list') return (say(asText(PROCEDURES[command.profile])), 0);

  const { options } = command;
  const { report, pictureFault } = await certify(options, projectFolder, say);
  const folder =
    options.out ?? join(projectFolder, 'certification', `${options.profile}-${stamp(report.run.startedAt)}`);
  const htmlFile = await writeReport(report, folder);
  const passed = hasPassed(report.run);
  const failed = report.run.tests.filter(({ result }) => result !== 'passed');
  say(
    passed
      ? `\nAll ${report.run.tests.length} tests passed.`
      : `\nNot passed: ${failed.map(({ number, test }) => `${number} ${test.title}`).join(', ')}.`,
  );
  say(`Report: ${htmlFile}`);
  const faults = pictureFault === undefined ? [] : [pictureFault];
  try {
    const pdfFile = join(folder, 'report.pdf');
    await print(htmlFile, pdfFile, footerOf(report.company, report.clientReference), options.chromiumPath);
    say(`        ${pdfFile}`);
  } catch (error) {
    if (!(error instanceof NoBrowserError)) throw error;
    faults.push(`no PDF was written: ${error.message}`);
  }
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  return passed && faults.length === 0 ? 0 : 1;
}

/** Local time, so that a person finds the run; "2026-11-21-144105". */
function stamp(date: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' })
    .format(date)
    .replaceAll(':', '')
    .replaceAll(' ', '-');
}

function footerOf(company: string, clientReference: string): string {
  return `${company} · ${clientReference} · SEQR certification report`.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
});
