import type { ReplyFields } from '../envelope.js';
import { nameOfResult } from '../result-codes.js';

/** What every reply begins with. ersReference is absent, not empty, where there is none (API page). */
export function replyBase(ersReference: string | undefined, resultCode: number, description?: string): ReplyFields {
  return [
    ['ersReference', ersReference],
    ['resultCode', resultCode],
    ['resultDescription', description ?? nameOfResult(resultCode)],
  ];
}

export function success(ersReference?: string): ReplyFields {
  return replyBase(ersReference, 0);
}
