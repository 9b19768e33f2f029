import { HOSTILE_DOCUMENTS } from './hostile/documents.js';
import { HOSTILE_EXCHANGES } from './hostile/exchanges.js';
import type { HostileReply } from './hostile/kit.js';
import { HOSTILE_ANSWERS } from './hostile/operations.js';
import { HOSTILE_VALUES } from './hostile/values.js';

/** Replies that no honest SEQR sends. None of them may ever be an answer. */
export const HOSTILE_REPLIES: readonly HostileReply[] = [
  ...HOSTILE_EXCHANGES,
  ...HOSTILE_DOCUMENTS,
  ...HOSTILE_VALUES,
  ...HOSTILE_ANSWERS,
];
