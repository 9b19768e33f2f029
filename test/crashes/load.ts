import type { BuyerStep } from '#simulated-machine/buyer.js';

import type { Auditor } from './auditor.js';
import type { CrashSystem } from './crash-system.js';
import { PRICES } from './machine-place.js';
import type { Random } from './random.js';
import { type VisitPlan, visit } from './visit.js';

/** Payers at every machine, one after the other; each purchase is audited as soon as it is over. */
export class Load {
  private isOver = false;
  private readonly queues: Promise<void>[];

  constructor(system: CrashSystem, auditor: Auditor, random: Random) {
    this.queues = system.places.map(async (place) => {
      try {
        while (!this.isOver) {
          if (await visit(system, place, somePlan(random), () => this.isOver)) await auditor.settle(place);
        }
      } catch (error) {
        // Nobody can buy there any more: the other machines go on, and the campaign tells.
        auditor.disagree(error instanceof Error ? error.message : String(error));
      }
    });
  }

  /** No more payers come; those at the machines finish. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.queues);
  }
}

/** One to three items, some of which jam or are taken back; a quarter of the payers just walks away. */
function somePlan(random: Random): VisitPlan {
  const steps: BuyerStep[] = Array.from({ length: random.between(1, 3) }, () => ({
    press: random.pick([...PRICES.keys()]),
    afterMs: random.between(0, 150),
    result: random.chance(0.8) ? ('dispensed' as const) : random.pick(['jammed', 'cancelled'] as const),
  }));
  if (random.chance(0.75)) steps.push({ finish: true });
  return { steps, phone: random.chance(0.9) ? 'confirm' : random.pick(['decline', 'ignore']) };
}
