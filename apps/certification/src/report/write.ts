import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hasPassed } from '../walk/record.js';
import { xmlText, withoutSecrets } from '../walk/xml-text.js';
import { faultsOf } from '../walk/walk.js';

import { numberedExchanges, reportHtml } from './report-html.js';
import type { Report } from './report.js';

/** Writes everything but the PDF. @returns the HTML file */
export async function writeReport(report: Report, folder: string): Promise<string> {
  const { secrets } = report;
  await mkdir(join(folder, 'exchanges'), { recursive: true });
  for (const { name, text } of exchangeFiles(report)) await writeFile(join(folder, 'exchanges', name), text);
  const summary = withoutSecrets(`${JSON.stringify(summaryOf(report), null, 2)}\n`, secrets);
  await writeFile(join(folder, 'summary.json'), summary);
  const file = join(folder, 'report.html');
  await writeFile(file, withoutSecrets(await reportHtml(report), secrets));
  return file;
}

function exchangeFiles({ run, secrets }: Report): { name: string; text: string }[] {
  const numbers = numberedExchanges(run.tests);
  return run.tests.flatMap(({ steps }) =>
    steps.flatMap(({ exchanges }) =>
      exchanges.flatMap((exchange) => {
        const name = `${String(numbers.get(exchange)).padStart(3, '0')}-${exchange.operation}`;
        const text = (message: string) => `${xmlText(message, { cut: false, secrets })}\n`;
        const request = { name: `${name}-request.xml`, text: text(exchange.request) };
        return exchange.reply === undefined
          ? [request]
          : [request, { name: `${name}-reply.xml`, text: text(exchange.reply) }];
      }),
    ),
  );
}

/** For programs. Times are ISO 8601 in UTC, durations milliseconds. */
export function summaryOf(report: Report) {
  const { run, company, product, productVersion, clientReference, endpoint, rehearsal, remarks, scanning } = report;
  return {
    profile: run.procedure.profile,
    result: hasPassed(run) ? 'passed' : 'failed',
    company,
    product,
    productVersion,
    clientReference,
    endpoint,
    rehearsal: rehearsal ?? null,
    startedAt: run.startedAt.toISOString(),
    durationMs: Math.round(run.durationMs),
    remarks: [scanning, ...run.procedure.remarks, ...remarks],
    tests: run.tests.map(({ number, test, result, durationMs, steps }) => ({
      number,
      title: test.title,
      result,
      durationMs: Math.round(durationMs),
      steps: steps.map((step) => ({
        title: step.step.title,
        kind: step.step.kind,
        result: step.result,
        durationMs: Math.round(step.durationMs),
        notes: step.notes,
        faults: faultsOf(step),
      })),
    })),
  };
}
