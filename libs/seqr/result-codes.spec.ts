import { readFileSync } from 'node:fs';

import { resultCodePage } from './result-code-page.js';
import { REFUSAL_CODES, resultCodeOf, type RetryClass } from './result-codes.js';

test.each<[RetryClass, number[]]>([
  ['transient', [2, 48, 51, 90, 93, 94]],
  ['configuration', [20, 21, 29, 33, 37, 91, 92, 97]],
  ['data', [11, 23, 49, 53, 54, 64, 98]],
  ['state', [50, 55, 58, 95, 96]],
])('these codes are %s', (retry, codes) => {
  expect(codes.map((code) => resultCodeOf(code).retry)).toEqual(codes.map(() => retry));
});

test('a number that SEQR never published is treated like a system error', () => {
  expect(resultCodeOf(777)).toMatchObject({ name: 'UNKNOWN_777', retry: resultCodeOf(90).retry });
});

test('each code has a name of its own, and success is none of them', () => {
  const names = REFUSAL_CODES.map((code) => resultCodeOf(code).name);
  expect(new Set(names).size).toBe(REFUSAL_CODES.length);
  expect(REFUSAL_CODES).not.toContain(0);
  expect(REFUSAL_CODES).toEqual(REFUSAL_CODES.toSorted((a, b) => a - b));
});

test('the page of result codes says what the code says', () => {
  expect(readFileSync('docs/seqr-result-codes.md', 'utf8')).toBe(resultCodePage());
});

test('for every code it is said what to do', () => {
  for (const code of [...REFUSAL_CODES, 777]) expect(resultCodeOf(code).action).not.toBe('');
});
