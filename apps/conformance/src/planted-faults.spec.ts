import { startBridge } from '#bridge/bridge.js';
import type { RuleId } from '#machine-protocol/rules.js';

import { tryMachine } from './conformance.js';
import { type StartBridge, startDemo } from './demo.js';
import { Line } from './kit/line.js';
import { brokenRules, type CheckRecord, type RunRecord } from './kit/run.js';
import type { Trial } from './kit/trial.js';
import { DEMO_GOODS } from './testing/desk.js';
import { PLANTED_FAULTS, type PlantedFault } from './testing/faults.js';
import { type Relay, startRelay } from './testing/relay.js';
import { TRIALS } from './trials/trials.js';

/** A fault is often that nothing comes: that is waited for as long as this, and longer only on a computer that is busy. */
const PATIENCE_MS = [2_500, 15_000] as const;

/** Seconds on a computer of its own; a busy one takes many times as long. */
const WITHIN_MS = 600_000;

/** Our own bridge, with the fault between it and its broker. */
function startFaulty(fault: PlantedFault | undefined): { start: StartBridge; stop(): Promise<void> } {
  const bend = fault?.bend?.() ?? {};
  let relay: Relay | undefined;
  let starts = 0;
  return {
    start: async (config) => {
      starts += 1;
      if (starts > 1) await fault?.beforeRestart?.(config);
      relay ??= await startRelay(config.mqttUrl, config.machineId, config.linkKey, bend);
      return startBridge({ ...config, mqttUrl: relay.url });
    },
    stop: async () => relay?.stop(),
  };
}

async function tryFaulty(
  fault: PlantedFault | undefined,
  trials: readonly Trial[],
  patienceMs: number,
): Promise<RunRecord> {
  const line = await Line.start({ host: '127.0.0.1', port: 0 });
  const faulty = startFaulty(fault);
  const demo = await startDemo(line.url, faulty.start);
  try {
    const { machineId, key, hands } = demo;
    const broker = { url: line.gatewayUrl };
    const waits = { patienceMs, repeatWithinMs: patienceMs, comesWithinMs: 60_000 };
    return await tryMachine({ machineId, key, hands, broker, line, ...DEMO_GOODS, ...waits }, trials);
  } finally {
    await demo.stop();
    await faulty.stop();
    await line.stop();
  }
}

/** The trials that look at this rule. */
function trialsFor({ rule, group, title = '' }: PlantedFault): Trial[] {
  return TRIALS.filter(
    (trial) =>
      trial.group === group && trial.title.includes(title) && trial.checks.some((check) => check.rule === rule),
  );
}

/**
 * With how much patience the rule is kept by the bridge without the fault. Where it is not, haste or the trials would have
 * broken it, and finding it broken with the fault would say nothing.
 */
async function enoughFor(trials: readonly Trial[], rule: RuleId): Promise<number> {
  let broken: readonly CheckRecord[] = [];
  for (const patienceMs of PATIENCE_MS) {
    const { checks } = await tryFaulty(undefined, trials, patienceMs);
    broken = checks.filter((check) => check.rule === rule && check.result !== 'passed');
    if (broken.length === 0) return patienceMs;
  }
  throw new Error(`broken without the fault: ${JSON.stringify(broken)}`);
}

const PACE: RuleId = 'R27';

describe('the conformance kit', () => {
  it('is told of twenty faults at least, of different rules', () => {
    expect(PLANTED_FAULTS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(PLANTED_FAULTS.map(({ rule }) => rule)).size).toBeGreaterThanOrEqual(20);
  });

  const namesIt = async (fault: PlantedFault): Promise<void> => {
    const trials = trialsFor(fault);
    const patienceMs = await enoughFor(trials, fault.rule);

    const run = await tryFaulty(fault, trials, patienceMs);
    expect(brokenRules(run)).toContain(fault.rule);
  };
  const title = 'names $rule for a bridge that $what';

  // Most of the time is waiting, so some are tried at once; sixty events in a row want the computer for themselves.
  it.concurrent.each(PLANTED_FAULTS.filter(({ rule }) => rule !== PACE))(title, namesIt, WITHIN_MS);
  it.each(PLANTED_FAULTS.filter(({ rule }) => rule === PACE))(title, namesIt, WITHIN_MS);
});
