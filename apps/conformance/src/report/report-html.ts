import { html, trusted } from '#certification/report/html.js';
import { RULES } from '#machine-protocol/rules.js';

import { hasPassed, type RunRecord } from '../kit/run.js';
import { byRule, MARKS, verdictOf } from './report.js';

const STYLE = trusted(`
  body { font: 14px/1.45 'Segoe UI', 'Liberation Sans', Arial, sans-serif; color: #1b2128; max-width: 1200px; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.5rem; } h2 { margin-top: 2.5rem; font-size: 1.15rem; }
  .verdict { font-weight: 600; padding: 0.6rem 0.9rem; border-radius: 6px; }
  .verdict.passed { background: #e6f4ec; color: #1a7f4b; } .verdict.failed { background: #fbe9e7; color: #b3261e; }
  table { border-collapse: collapse; width: 100%; } th { text-align: left; color: #5a6570; font-weight: 600; }
  th, td { padding: 0.35rem 0.5rem; border-bottom: 1px solid #d9dee3; vertical-align: top; }
  td.number { text-align: right; white-space: nowrap; } td.seen { color: #5a6570; overflow-wrap: anywhere; max-width: 22rem; }
  tr.failed td { background: #fdf3f2; } tr.not-run td { background: #fdf8ee; }
  .passed .mark { color: #1a7f4b; } .failed .mark { color: #b3261e; font-weight: 700; } .not-run .mark { color: #8a5300; }
`);

/** The report as one file that needs no other. */
export function reportHtml(run: RunRecord): string {
  const { machineId, software, startedAt, durationMs, checks } = run;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Conformance of machine ${machineId} to the machine link</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <h1>Conformance to the machine link</h1>
        <p>Machine ${machineId}, ${software}. ${startedAt.toISOString()}, ${Math.round(durationMs / 1_000)} s.</p>
        <p class="verdict ${hasPassed(run) ? 'passed' : 'failed'}">${verdictOf(run)}</p>
        <h2>By rule</h2>
        <table>
          <thead>
            <tr>
              <th>Rule</th>
              <th></th>
              <th>Passed</th>
              <th>Failed</th>
              <th>Not run</th>
            </tr>
          </thead>
          <tbody>
            ${byRule(run).map(
              ({ rule, passed, failed, notRun }) =>
                html`<tr class="${failed > 0 ? 'failed' : notRun > 0 ? 'not-run' : 'passed'}">
                  <td>${rule}</td>
                  <td title="${RULES[rule].text}">${RULES[rule].title}</td>
                  <td class="number">${passed}</td>
                  <td class="number">${failed}</td>
                  <td class="number">${notRun}</td>
                </tr>`,
            )}
          </tbody>
        </table>
        <h2>Check by check</h2>
        <table>
          <thead>
            <tr>
              <th></th>
              <th>Rule</th>
              <th>What was done</th>
              <th>What is expected</th>
              <th>What was seen</th>
              <th>Result</th>
            </tr>
          </thead>
          <tbody>
            ${checks.map(
              ({ number, rule, done, expects, seen, result }) =>
                html`<tr class="${result}">
                  <td class="number">${number}</td>
                  <td>${rule}</td>
                  <td>${done}</td>
                  <td>${expects}</td>
                  <td class="seen">${seen}</td>
                  <td><span class="mark">${MARKS[result]}</span> ${result}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </body>
    </html>`.text;
}
