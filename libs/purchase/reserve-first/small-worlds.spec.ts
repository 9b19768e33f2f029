import { type Exploration, explore } from '../testing/small-world/explorer.js';
import { isDone, keyOf, violationsOf } from '../testing/small-world/invariants.js';
import { type World, movesOf, smallWorld } from '../testing/small-world/world.js';
import type { State } from './purchase.js';
import { TRANSITIONS } from './transitions-allowed.js';

/** Every interleaving of payer, machine, SEQR, server and deadlines, until nothing new comes. */
describe('in a small world', () => {
  const transitions = new Set<string>();

  function exploreAll(start: World): Exploration {
    return explore(start, {
      keyOf,
      violationsOf,
      isDone,
      *movesOf(world) {
        for (const move of movesOf(world)) {
          const [from, to] = [world.purchase.state, move.to.purchase.state];
          if (from !== to) transitions.add(`${from} → ${to}`);
          yield move;
        }
      },
      statesMax: 2_000_000,
    });
  }

  const worlds = [
    { vends: 3, faults: 0 },
    { vends: 2, faults: 1 },
    { vends: 1, faults: 2 },
  ].map((size) => ({ ...size, ...exploreAll(smallWorld(size)) }));

  it.each(worlds)(
    'with up to $vends items and $faults faults all $states states hold the invariants and can come to an end',
    ({ violations, depth, states }) => {
      expect(violations).toEqual([]);
      // Less would mean that the world ended before its purchase did.
      expect(depth).toBeGreaterThan(20);
      expect(states).toBeGreaterThan(100);
    },
  );

  it('every allowed transition happens, and no other', () => {
    const allowed = (Object.keys(TRANSITIONS) as State[]).flatMap((from) =>
      TRANSITIONS[from].map((to) => `${from} → ${to}`),
    );

    expect([...transitions].toSorted()).toEqual(allowed.toSorted());
  });
});
