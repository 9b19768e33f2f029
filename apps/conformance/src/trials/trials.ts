import type { Trial } from '../kit/trial.js';
import { CLOSING } from './closing.js';
import { CONNECTION, PRESENCE } from './connection.js';
import { EVENTS } from './events.js';
import { FORM } from './form.js';
import { GRANTS } from './grants.js';
import { LIMITS } from './limits.js';
import { MAC } from './mac.js';
import { RESTART } from './restart.js';
import { SALE } from './sale.js';
import { WHOLE_RUN } from './whole-run.js';

/** Everything that is tried, in this order. */
export const TRIALS: readonly Trial[] = [
  ...CONNECTION,
  ...PRESENCE,
  ...GRANTS,
  ...SALE,
  ...LIMITS,
  ...CLOSING,
  ...FORM,
  ...MAC,
  ...EVENTS,
  ...RESTART,
  ...WHOLE_RUN,
];
