import fc, { type AsyncCommand } from 'fast-check';

import type { Model } from '../model.js';
import type { World } from '../world.js';

export type Command = AsyncCommand<Model, World>;

/** Every command there is, by name, and how often it ran in all runs: what was never done was not tested. */
export const ran = new Map<string, number>();

/** Most of what payers do is only possible after something else, so the beginnings must come often. */
export function often(times: number, ...ones: readonly fc.Arbitrary<Command>[]): fc.Arbitrary<Command>[] {
  return Array.from({ length: times }, () => fc.oneof(...ones));
}

/** Commands that often come one after the other; each only when it is possible. */
export function oneAfterTheOther(name: string, ...steps: readonly Command[]): Command {
  return command(name, async (model, world) => {
    for (const step of steps) if (step.check(model)) await step.run(model, world);
  });
}

export function always(...ones: readonly Command[]): fc.Arbitrary<Command> {
  return fc.constantFrom(...ones);
}

/**
 * @param can whether the model allows it now. @param run does it, waits for all that follows without time, and says in the
 *   model what must be so now.
 */
export function command(
  name: string,
  run: (model: Model, world: World) => Promise<void>,
  can: (model: Model) => boolean = () => true,
  detail = '',
): Command {
  if (!ran.has(name)) ran.set(name, 0);
  return {
    check: (model) => can(model),
    run: async (model, world) => {
      ran.set(name, (ran.get(name) ?? 0) + 1);
      await run(model, world);
    },
    toString: () => (detail === '' ? name : `${name} (${detail})`),
  };
}
