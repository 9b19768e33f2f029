import type { Principal } from '#seqr/principal.js';
import { SeqrRequestError } from '#seqr/request-error.js';
import type { SeqrClient } from '#seqr/client.js';

import { type Facts, invoiceOf, MissingFactError, type Settings } from '../procedure/facts.js';
import { type Finding, inWords } from '../procedure/judge.js';
import type { Caller, CallStep, NotificationStep, Procedure, ScanStep, Step, Test } from '../procedure/procedure.js';
import { learnStatus } from '../procedure/steps.js';

import { resultOf, type RunRecord, type StepRecord, type TestRecord } from './record.js';
import { checkRequest } from './request-checks.js';
import type { Surroundings } from './surroundings.js';

/** SEQR's payment page: one getPaymentStatus a second while waiting. */
const ASK_EVERY_MS = 1_000;

/** What a step brought, before it is put on record. */
interface Done {
  readonly facts: Facts;
  readonly findings: readonly Finding[];
  readonly notes?: readonly string[];
  readonly qrText?: string;
}

/**
 * Walks a procedure. A step that fails does not end it: the report is to show everything that can be known. A step whose
 * facts an earlier one did not bring is not run.
 */
export async function walk(
  procedure: Procedure,
  settings: Settings,
  seqr: SeqrClient,
  around: Surroundings,
): Promise<RunRecord> {
  const { time } = around;
  const startedAt = time.now();
  const begun = time.elapsed();
  const tests: TestRecord[] = [];
  let facts: Facts = { settings, invoices: {} };
  for (const [index, test] of procedure.tests.entries()) {
    around.tell({ kind: 'test', number: index + 1, title: test.title });
    const walked = await walkTest(test, facts, seqr, around);
    facts = walked.facts;
    tests.push({ test, number: index + 1, ...walked.record });
  }
  return { procedure, startedAt, durationMs: time.elapsed() - begun, tests };
}

async function walkTest(test: Test, before: Facts, seqr: SeqrClient, around: Surroundings) {
  const begun = around.time.elapsed();
  const steps: StepRecord[] = [];
  let facts = before;
  for (const step of test.steps) {
    const walked = await walkStep(step, facts, seqr, around);
    facts = walked.facts;
    steps.push(walked.record);
    around.tell({
      kind: 'step',
      title: step.title,
      result: walked.record.result,
      faults: faultsOf(walked.record),
    });
  }
  return { facts, record: { result: resultOf(steps), steps, durationMs: around.time.elapsed() - begun } };
}

async function walkStep(step: Step, before: Facts, seqr: SeqrClient, around: Surroundings) {
  const { time } = around;
  const startedAt = time.now();
  const begun = time.elapsed();
  let result: StepRecord['result'];
  let done: Done;
  try {
    done = await doStep(step, before, seqr, around);
    result = done.findings.every(({ met }) => met) ? 'passed' : 'failed';
  } catch (error) {
    if (error instanceof MissingFactError) result = 'not-run';
    else if (error instanceof SeqrRequestError || error instanceof StepError) result = 'failed';
    else throw error;
    done = { facts: before, findings: [], notes: [error.message] };
  }
  const exchanges = firstAndLast(around.takeExchanges());
  const { settings } = before;
  const requestFindings = merged(exchanges.flatMap(({ request }) => checkRequest(request, settings)));
  if (requestFindings.some(({ met }) => !met)) result = 'failed';
  const { facts, findings, notes = [], qrText } = done;
  const record: StepRecord = {
    step,
    result,
    notes,
    findings,
    requestFindings,
    exchanges,
    ...(qrText !== undefined && { qrText }),
    startedAt,
    durationMs: time.elapsed() - begun,
  };
  return { facts, record };
}

/** The surroundings could not do their part; the message says why. */
export class StepError extends Error {
  override readonly name = 'StepError';
}

async function doStep(step: Step, facts: Facts, seqr: SeqrClient, around: Surroundings): Promise<Done> {
  switch (step.kind) {
    case 'call':
      return doCall(step, facts, seqr, around);
    case 'scan':
      return doScan(step, facts, seqr, around);
    case 'wait':
      return { facts, findings: [], notes: [await around.time.wait(step.seconds)] };
    case 'notification':
      return { facts, ...(await hear(step, facts, around)) };
    case 'create-purchase':
      return { facts, ...(await around.createPurchase.run()) };
  }
}

async function doCall(step: CallStep, facts: Facts, seqr: SeqrClient, { time }: Surroundings): Promise<Done> {
  const as = principalOf(step.caller, facts);
  for (let times = 1; ; times += 1) {
    const { reply, ...done } = await step.perform(seqr, facts, as);
    const { repeat } = step;
    const again = repeat && reply.outcome === 'refused' && reply.resultCode === repeat.whileCode;
    if (!again || times >= repeat.timesMax) {
      return {
        ...done,
        notes: times > 1 ? [`Asked ${times} times, as SEQR answered ${repeat?.whileCode} before.`] : [],
      };
    }
    await time.pause(repeat.everySeconds * 1_000);
  }
}

function principalOf(caller: Caller, { settings, terminal }: Facts): Principal {
  switch (caller) {
    case 'reseller':
      return settings.reseller;
    case 'payee':
      return terminal ?? settings.payee;
    case 'unregister':
      return settings.unregisterAs === 'terminal' ? (terminal ?? settings.payee) : settings.reseller;
  }
}

async function doScan(step: ScanStep, before: Facts, seqr: SeqrClient, { scanner, time }: Surroundings): Promise<Done> {
  const { reference, qrText } = invoiceOf(before, step.invoice);
  const withinSeconds = before.settings.scanWithinSeconds;
  await scanner
    .scan({ invoiceReference: reference, qrText, decision: step.decision, withinSeconds })
    .catch((error: unknown) => {
      throw new StepError(error instanceof Error ? error.message : String(error));
    });
  const as = principalOf('payee', before);
  const begun = time.elapsed();
  let facts = before;
  for (let asked = 1; ; asked += 1) {
    const { reference: invoiceReference, version: invoiceVersion } = invoiceOf(facts, step.invoice);
    const reply = await seqr.getPaymentStatus({ invoiceReference, invoiceVersion }, as);
    if (reply.outcome === 'answered') facts = learnStatus(facts, step.invoice, reply);
    const word = reply.outcome === 'answered' ? reply.statusText : inWords(reply);
    const isWaiting = reply.outcome !== 'answered' || reply.status === 'ISSUED' || reply.status === 'UNKNOWN';
    if (!isWaiting || time.elapsed() - begun >= withinSeconds * 1_000) {
      const met = reply.outcome === 'answered' && reply.status === step.becomes;
      const says = `the status becomes ${step.becomes} within ${withinSeconds} s`;
      const notes = [
        asked === 1
          ? 'Asked for the status once.'
          : `Asked for the status ${asked} times, once a second; the first and the last are shown.`,
      ];
      return { facts, findings: [{ says, met, seen: word }], notes, qrText };
    }
    await time.pause(ASK_EVERY_MS);
  }
}

async function hear({ invoice, withinSeconds }: NotificationStep, facts: Facts, { notifications }: Surroundings) {
  invoiceOf(facts, invoice);
  const says = `SEQR calls the notificationUrl of invoice ${invoice} within ${withinSeconds} s`;
  const { unreachable } = notifications;
  // Not heard is not passed, whoever is to blame.
  if (unreachable !== undefined) return { findings: [{ says, met: false, seen: unreachable }] };
  const heard = await notifications.arrived(invoice, withinSeconds);
  return { findings: [{ says, met: heard !== undefined, seen: heard ?? 'nothing came' }] };
}

/** A person's scan takes dozens of questions for the status: two of them say it all. */
function firstAndLast<T>(all: readonly T[]): readonly T[] {
  return all.length <= 2 ? all : [...all.slice(0, 1), ...all.slice(-1)];
}

/** One sentence once: met when it was met in every request. */
function merged(findings: readonly Finding[]): readonly Finding[] {
  const bySentence = new Map<string, Finding>();
  for (const finding of findings) {
    if (bySentence.get(finding.says)?.met !== false) bySentence.set(finding.says, finding);
  }
  return [...bySentence.values()];
}

/** What was wrong in a step, in words. */
export function faultsOf({ notes, findings, requestFindings, result }: StepRecord): string[] {
  const faults = [...findings, ...requestFindings]
    .filter(({ met }) => !met)
    .map(({ says, seen }) => (seen === undefined ? `not so: ${says}` : `not so: ${says} (it was: ${seen})`));
  return result !== 'passed' && faults.length === 0 ? [...notes] : faults;
}
