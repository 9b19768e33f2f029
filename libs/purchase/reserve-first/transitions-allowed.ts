import type { State } from './purchase.js';

/**
 * Every change of state there is (I26). The database refuses any other, the explorer of small worlds shows that these
 * are the ones that happen, and the picture in docs/lifecycle.md is made from here.
 */
export const TRANSITIONS: Readonly<Record<State, readonly State[]>> = {
  NEW: ['INVOICED', 'REFUSED'],
  INVOICED: ['UNLOCKING', 'CANCELLING', 'CANCELLED', 'REVIEW'],
  CANCELLING: ['UNLOCKING', 'RELEASING', 'CANCELLED', 'REVIEW'],
  UNLOCKING: ['UNLOCKED', 'CLOSING', 'SETTLING', 'RELEASING'],
  UNLOCKED: ['CLOSING', 'SETTLING', 'RELEASING'],
  CLOSING: ['SETTLING', 'RELEASING'],
  SETTLING: ['COMMITTED', 'REVIEW'],
  RELEASING: ['RELEASED', 'REVIEW'],
  COMMITTED: [],
  RELEASED: [],
  CANCELLED: [],
  REFUSED: [],
  REVIEW: [],
};
