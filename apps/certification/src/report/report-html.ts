import { readFile } from 'node:fs/promises';

import { hasPassed, type Result, type TestRecord } from '../walk/record.js';

import { html, type Html, trusted } from './html.js';
import { duration, localTime, type Picture, type Report } from './report.js';
import { stepHtml } from './step-html.js';

const STYLE = new URL('./report.css', import.meta.url);

/** The report as one file that needs no other. */
export async function reportHtml(report: Report): Promise<string> {
  const style = trusted(await readFile(STYLE, 'utf8'));
  const exchanges = numberedExchanges(report.run.tests);
  const tests: Html[] = [];
  for (const test of report.run.tests) tests.push(await testHtml(test, report, exchanges));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${report.run.procedure.title}: certification report of ${report.company}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        ${cover(report)} ${summary(report)} ${setUp(report)}
        <section class="tests">
          <h2>The tests, step by step</h2>
          ${tests}
        </section>
      </body>
    </html>`;
  return page.text;
}

/** An exchange's number in the whole run is also its file's. */
export function numberedExchanges(tests: readonly TestRecord[]): ReadonlyMap<object, number> {
  const all = tests.flatMap(({ steps }) => steps.flatMap(({ exchanges }) => exchanges));
  return new Map(all.map((exchange, index) => [exchange, index + 1]));
}

const WORDS: Readonly<Record<Result, string>> = { passed: 'passed', failed: 'failed', 'not-run': 'not run' };

export function badge(result: Result): Html {
  return html`<span class="badge ${result}">${WORDS[result]}</span>`;
}

function cover(report: Report): Html {
  const { run, company, product, productVersion, endpoint, rehearsal } = report;
  const passed = run.tests.filter(({ result }) => result === 'passed').length;
  const facts: readonly (readonly [string, string])[] = [
    ['Company', company],
    ['Product', product],
    ['Version', productVersion],
    ['Procedure', run.procedure.source],
    ['Endpoint', endpoint],
    ['Date', localTime(run.startedAt)],
  ];
  return html`<header class="cover">
    <p class="kicker">SEQR merchant integration · certification report</p>
    <h1>${run.procedure.title}</h1>
    <p class="verdict ${hasPassed(run) ? 'passed' : 'failed'}">
      <strong>${hasPassed(run) ? 'All tests passed' : 'Not passed'}</strong>
      <span>${passed} of ${run.tests.length} tests passed, in ${duration(run.durationMs)}</span>
    </p>
    ${rehearsal === undefined ? undefined : html`<p class="rehearsal"><strong>Rehearsal.</strong> ${rehearsal}</p>`}
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </header>`;
}

function summary({ run, remarks, scanning }: Report): Html {
  const rows = run.tests.map(
    ({ number, test, steps, result, durationMs }) =>
      html`<tr>
        <td>${number}</td>
        <td><a href="#test-${number}">${test.title}</a></td>
        <td class="number">${steps.filter((step) => step.result === 'passed').length} of ${steps.length}</td>
        <td class="number">${duration(durationMs)}</td>
        <td>${badge(result)}</td>
      </tr>`,
  );
  return html`<section class="summary">
    <h2>Result</h2>
    <table>
      <thead>
        <tr>
          <th>Test</th>
          <th>What is tested</th>
          <th class="number">Steps passed</th>
          <th class="number">Time</th>
          <th>Result</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    <h3>What a reader should know</h3>
    <ul class="remarks">
      ${[scanning, ...run.procedure.remarks, ...remarks].map((remark) => html`<li>${remark}</li>`)}
    </ul>
  </section>`;
}

function setUp({ company, clientReference, principals, pictures }: Report): Html {
  return html`<section class="set-up">
    <h2>Set-up</h2>
    <p>
      Every request carries <code>clientId</code> “${company}”, <code>clientReference</code> “${clientReference}” and
      <code>clientRequestTimeout</code> 0. The requests below are the very ones that left. Passwords, and what would say
      who paid, are hidden as •••.
    </p>
    <ul>
      ${principals.map((principal) => html`<li>${principal}</li>`)}
    </ul>
    ${pictures.map(pictureHtml)}
  </section>`;
}

function pictureHtml({ mediaType, bytes, caption }: Picture): Html {
  const source = `data:${mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
  return html`<figure>
    <img src="${source}" alt="${caption}" />
    <figcaption>${caption}</figcaption>
  </figure>`;
}

async function testHtml(record: TestRecord, report: Report, exchanges: ReadonlyMap<object, number>): Promise<Html> {
  const { number, test, result, steps } = record;
  const parts: Html[] = [];
  for (const [index, step] of steps.entries()) {
    parts.push(await stepHtml(`${number}.${index + 1}`, step, report, exchanges));
  }
  return html`<article class="test" id="test-${number}">
    <div class="head">
      <h3><span class="test-number">${number}</span> ${test.title} ${badge(result)}</h3>
      <p class="asks"><strong>The procedure asks:</strong> ${test.asks}</p>
    </div>
    ${parts}
  </article>`;
}
