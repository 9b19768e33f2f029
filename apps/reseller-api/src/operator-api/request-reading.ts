import { OperatorApiError } from './operator-api-error.js';

const LIST_DEFAULT = 50;
export const LIST_MAX = 200;

/** Ids of purchases, runs and files in a path; anything else is the id of nothing. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** How many a list is asked for: 50 by default. @throws OperatorApiError BAD_LIMIT */
export function limitOf(text: string | undefined): number {
  if (text === undefined) return LIST_DEFAULT;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > LIST_MAX) {
    throw new OperatorApiError(400, 'BAD_LIMIT', `limit must be a whole number from 1 to ${LIST_MAX}`);
  }
  return limit;
}
