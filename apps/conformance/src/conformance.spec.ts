import { RULES, type RuleId } from '#machine-protocol/rules.js';

import { tryMachine } from './conformance.js';
import { startDemo } from './demo.js';
import { Line } from './kit/line.js';
import { countOf } from './kit/run.js';
import { reportText } from './report/report.js';
import { DEMO_GOODS, WAITS } from './testing/desk.js';
import { TRIALS } from './trials/trials.js';

/** Half a minute on a computer of its own; a busy one takes many times as long. */
const WITHIN_MS = 600_000;

describe('the conformance kit', () => {
  it('has at least 120 checks, and one at least for every rule that a machine must keep', () => {
    const checked = new Set(TRIALS.flatMap(({ checks }) => checks.map(({ rule }) => rule)));
    const rules = (Object.keys(RULES) as RuleId[]).filter((rule) => RULES[rule].keeper !== 'server');

    expect(TRIALS.flatMap(({ checks }) => checks).length).toBeGreaterThanOrEqual(120);
    expect(rules.filter((rule) => !checked.has(rule))).toEqual([]);
  });

  it('says of no two checks the same', () => {
    const told = TRIALS.flatMap(({ title, checks }) =>
      checks.map(({ rule, expects }) => `${rule} ${title}: ${expects}`),
    );

    expect(told.filter((line, index) => told.indexOf(line) !== index)).toEqual([]);
  });

  it(
    'passes our own bridge, with every check run',
    async () => {
      const line = await Line.start({ host: '127.0.0.1', port: 0 });
      const demo = await startDemo(line.url);
      try {
        const { machineId, key, hands } = demo;
        const broker = { url: line.gatewayUrl };
        const run = await tryMachine({ machineId, key, hands, broker, line, ...DEMO_GOODS, ...WAITS }, TRIALS);

        expect(run.checks.filter(({ result }) => result !== 'passed')).toEqual([]);
        expect(countOf(run, 'passed')).toBe(TRIALS.flatMap(({ checks }) => checks).length);
        expect(reportText(run)).toContain(`All ${run.checks.length} checks passed.`);
      } finally {
        await demo.stop();
        await line.stop();
      }
    },
    WITHIN_MS,
  );
});
