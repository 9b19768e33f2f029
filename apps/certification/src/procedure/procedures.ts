import { pos } from './pos.js';
import type { Procedure, Profile, Step } from './procedure.js';
import { unattended } from './unattended.js';
import { webshop } from './webshop.js';

export const PROCEDURES: Readonly<Record<Profile, Procedure>> = { pos, webshop, unattended };

/** The procedure as text: every test, every step, and what is checked. */
export function asText({ title, source, remarks, tests }: Procedure): string {
  const lines = [title, source, ...remarks.map((remark) => `Note: ${remark}`)];
  for (const [index, test] of tests.entries()) {
    lines.push('', `${index + 1}. ${test.title}`, `   ${test.asks}`);
    for (const step of test.steps)
      lines.push(`   - ${step.title}`, ...expectationsOf(step).map((text) => `       ${text}`));
  }
  return `${lines.join('\n')}\n`;
}

/** What is checked in a step, beside what every request is checked for. */
function expectationsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'call':
      return step.expects;
    case 'scan':
      return [`the status becomes ${step.becomes}`];
    case 'wait':
      return [];
    case 'notification':
      return [`SEQR calls the notificationUrl of invoice ${step.invoice} within ${step.withinSeconds} s`];
    case 'create-purchase':
      return ['requests in all spellings are read; every answer is HTTP 200 with one of the two shapes'];
  }
}
