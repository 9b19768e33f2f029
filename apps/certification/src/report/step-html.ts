import QRCode from 'qrcode';

import { appLinkOf } from '../procedure/facts.js';
import type { Finding } from '../procedure/judge.js';
import type { Step } from '../procedure/procedure.js';
import type { Exchange, Result, StepRecord } from '../walk/record.js';
import { xmlText } from '../walk/xml-text.js';

import { html, Html, trusted } from './html.js';
import { duration, localTime, type Report } from './report.js';

/** A message of fewer lines is kept on one page. */
const KEPT_TOGETHER_LINES = 46;

export async function stepHtml(
  number: string,
  record: StepRecord,
  { secrets }: Report,
  exchanges: ReadonlyMap<object, number>,
): Promise<Html> {
  const { step, result, notes, findings, requestFindings, qrText } = record;
  const time = `${localTime(record.startedAt).replace(/^.* at /, '')}, ${duration(record.durationMs)}`;
  return html`<section class="step">
    <div class="step-top">
      <div class="step-head">
        <h4>
          <span class="step-number">${number}</span> ${step.title}
          <code class="operation">${kindOf(step)}</code>
        </h4>
        <p class="step-time">${mark(result)} <span>${time}</span></p>
      </div>
      ${notes.map((note) => html`<p class="note">${note}</p>`)}
      ${qrText === undefined ? undefined : await qrHtml(qrText)}
      ${checks(step.kind === 'call' ? 'Checked in the reply' : 'Checked', findings)}
      ${checks('Checked in the request, as it left', requestFindings, 'in-a-row')}
    </div>
    ${record.exchanges.map((exchange) => exchangeHtml(exchange, exchanges.get(exchange) ?? 0, secrets))}
  </section>`;
}

function kindOf(step: Step): string {
  switch (step.kind) {
    case 'call':
      return step.operation;
    case 'scan':
      return 'scan';
    case 'wait':
      return 'wait';
    case 'notification':
      return 'notification';
    case 'create-purchase':
      return 'createPurchase';
  }
}

function mark(result: Result): Html {
  const words: Readonly<Record<Result, string>> = { passed: '✓ passed', failed: '✗ failed', 'not-run': '– not run' };
  return html`<span class="mark ${result}">${words[result]}</span>`;
}

function checks(title: string, findings: readonly Finding[], layout = ''): Html | undefined {
  if (findings.length === 0) return undefined;
  return html`<div class="checks ${layout}">
    <p class="checks-title">${title}</p>
    <ul>
      ${findings.map(
        ({ says, met, seen }) =>
          html`<li class="${met ? 'met' : 'unmet'}">
            ${says}${seen === undefined ? undefined : html` <span class="seen">${seen}</span>`}
          </li>`,
      )}
    </ul>
  </div>`;
}

async function qrHtml(text: string): Promise<Html> {
  // The level and the quiet zone that SEQR's print guidelines ask for.
  const picture = await QRCode.toString(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 });
  return html`<figure class="qr">
    ${trusted(picture)}
    <figcaption>What the payer scans<br /><code>${text}</code><br /><code>${appLinkOf(text)}</code></figcaption>
  </figure>`;
}

function exchangeHtml(exchange: Exchange, number: number, secrets: readonly string[]): Html {
  const { operation, request, reply, httpStatus, sentAt, durationMs } = exchange;
  const answered = reply === undefined ? 'No reply came.' : `Reply, HTTP ${httpStatus ?? '?'}, after ${durationMs} ms`;
  const head = `${String(number).padStart(3, '0')} ${operation}`;
  return html`<div class="exchange">
    ${message(`Request ${head}, sent ${sentAt}`, request, secrets)}
    ${reply === undefined ? html`<p class="message-title">${answered}</p>` : message(answered, reply, secrets)}
  </div>`;
}

function message(title: string, text: string, secrets: readonly string[]): Html {
  const lines = xmlText(text, { cut: true, secrets }).split('\n');
  const kept = lines.length <= KEPT_TOGETHER_LINES ? 'kept' : '';
  return html`<div class="message ${kept}">
    <p class="message-title">${title}</p>
    <pre>${lines.map(xmlLine)}</pre>
  </div>`;
}

/** One line, its tags paler than what they hold. */
function xmlLine(line: string): Html {
  const [, indent = '', open = '', text = '', close = ''] = /^(\s*)(<[^>]*>)?([^<]*)(<.*)?$/.exec(line) ?? [
    '',
    '',
    '',
    line,
  ];
  const depth = indent.length;
  return html`<span class="line" style="--depth:${depth}"><i>${open}</i>${text}<i>${close}</i></span>`;
}
