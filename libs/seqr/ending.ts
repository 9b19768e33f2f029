import { NotSentError, UnknownOutcomeError } from './outcome-errors.js';
import type { Ending, SeqrCall } from './reply.js';
import { resultCodeOf, SUCCESS } from './result-codes.js';
import { requiredTextOf, textOf, type XmlElement } from './xml-element.js';

/** How a call ended, for the caller and for the record. */
export interface Judgement<A extends object> {
  readonly ending: Ending<A>;
  readonly facts: Pick<SeqrCall, 'httpStatus' | 'resultCode' | 'detail'>;
}

const DETAIL_LENGTH = 200;

/**
 * Judges a reply by its result code.
 *
 * @param reply its `return`
 * @param answer reads what a success brings
 * @param secrets passwords of the call, which must not come back in a text
 */
export function judgeReply<A extends object>(
  reply: XmlElement,
  answer: (reply: XmlElement) => A,
  secrets: readonly string[],
): Judgement<A> {
  try {
    const resultCode = readResultCode(reply);
    const resultDescription = quotable(textOf(reply, 'resultDescription') ?? '', secrets);
    const facts = { httpStatus: 200, resultCode };
    if (resultCode === SUCCESS) return { ending: { outcome: 'answered', resultCode, ...answer(reply) }, facts };
    const { name: resultName, retry } = resultCodeOf(resultCode);
    return {
      ending: { outcome: 'refused', resultCode, resultName, resultDescription, retry },
      facts: { ...facts, detail: resultName },
    };
  } catch (error) {
    return judgeFailure(error, secrets, 200);
  }
}

/** Judges a call without a readable reply. Everything that is not certainly unsent is unknown. */
export function judgeFailure(error: unknown, secrets: readonly string[], httpStatus?: number): Judgement<never> {
  if (error instanceof NotSentError) {
    return {
      ending: { outcome: 'not-sent', reason: error.reason },
      facts: { detail: quotable(error.message, secrets) },
    };
  }
  const status = (error instanceof UnknownOutcomeError ? error.httpStatus : undefined) ?? httpStatus;
  const facts = status === undefined ? {} : { httpStatus: status };
  if (error instanceof UnknownOutcomeError) {
    const detail = quotable(error.message, secrets);
    return { ending: { outcome: 'unknown', reason: error.reason }, facts: { ...facts, detail } };
  }
  // Not ours, so its message may hold anything.
  const detail = error instanceof Error ? error.name : 'not an error';
  return { ending: { outcome: 'unknown', reason: 'INTERNAL' }, facts: { ...facts, detail } };
}

/**
 * The code, if it is written as SEQR's server writes an xs:int. An empty element, "00" or " 0 " is not: what a lenient
 * reader takes for 0 would be a payment.
 */
function readResultCode(reply: XmlElement): number {
  const text = requiredTextOf(reply, 'resultCode');
  if (/^(?:0|[1-9]\d{0,4})$/.test(text)) return Number(text);
  throw new UnknownOutcomeError('VALUE', 'resultCode is not a result code');
}

/** A foreign text made fit for a log: one line, short, without our password and without numbers that may be a phone's. */
function quotable(text: string, secrets: readonly string[]): string {
  return secrets
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
    .replaceAll(/\+?\d{7,}/g, '#')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .slice(0, DETAIL_LENGTH);
}
