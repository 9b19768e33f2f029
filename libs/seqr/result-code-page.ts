import { REFUSAL_CODES, resultCodeOf, SUCCESS, SUCCESS_CODE, type ResultCode } from './result-codes.js';

const HEAD = `# SEQR's result codes

Written from \`libs/seqr/result-codes.ts\` by \`node scripts/run.mjs libs/seqr/print-result-codes\`; a test compares them.

| Class | Means |
|---|---|
| transient | the same call may succeed later |
| configuration | credentials or rights are wrong: an operator has to act |
| data | this request can never succeed |
| state | invoice or payment is in another state than the call needs: look it up with getPaymentStatus |

*Documented for* names the operations for which SEQR's pages list the code; any other may come all the same. A number that is
not in the table is treated like 90.

| Code | Name | Class | Means | What to do | Documented for |
|---|---|---|---|---|---|
`;

/** docs/seqr-result-codes.md, as it must be. */
export function resultCodePage(): string {
  const refusals = REFUSAL_CODES.map((code) => [code, resultCodeOf(code)] as const);
  return HEAD + [line(SUCCESS, SUCCESS_CODE), ...refusals.map(([code, meaning]) => line(code, meaning))].join('');
}

function line(code: number, { name, meaning, action, documentedFor, retry }: Partial<ResultCode>): string {
  const operations = documentedFor === 'all' ? 'all' : documentedFor?.join(', ');
  return `| ${[code, name, retry ?? '–', meaning, action, operations || '–'].join(' | ')} |\n`;
}
