import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunRecord } from '../kit/run.js';
import { reportHtml } from './report-html.js';
import { reportText, summaryOf } from './report.js';

/** Writes report.txt, report.json and report.html. @returns the HTML file */
export async function writeReport(run: RunRecord, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.txt'), reportText(run));
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(summaryOf(run), null, 2)}\n`);
  const file = join(folder, 'report.html');
  await writeFile(file, reportHtml(run));
  return file;
}
