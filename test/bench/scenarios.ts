import type { Scenario } from './scenario.js';
import { createPurchase } from './scenarios/create-purchase.js';
import { dueWork } from './scenarios/due-work.js';
import { history } from './scenarios/history.js';
import { longRun } from './scenarios/long-run.js';
import { memory } from './scenarios/memory.js';
import { reconnect } from './scenarios/reconnect.js';
import { simulation } from './scenarios/simulation.js';
import { wholePurchase } from './scenarios/whole-purchase.js';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  createPurchase,
  wholePurchase,
  dueWork,
  history,
  memory,
  simulation,
  longRun,
  reconnect,
];
