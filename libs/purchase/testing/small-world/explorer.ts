/** One way the world can go on. */
export interface Move<World> {
  readonly name: string;
  readonly to: World;
  /** Something broke: the world has only so many faults in it. */
  readonly isFault: boolean;
}

export interface Exploration {
  readonly states: number;
  readonly moves: number;
  /** The longest of the shortest ways to a state. */
  readonly depth: number;
  /** What was wrong, each with the shortest way that leads there; at most {@link VIOLATIONS_MAX}. */
  readonly violations: readonly string[];
}

interface Node<World> {
  readonly world: World;
  readonly depth: number;
  readonly from: number;
  readonly by: string;
}

/** A broken rule breaks in a thousand states; the first few tell all. */
const VIOLATIONS_MAX = 5;

/**
 * Goes through every world that can come of `start`, breadth first, until nothing new comes.
 *
 * Two worlds with one `keyOf` are the same world. Beyond what `faultsOf` says of each state, every state must be able to
 * come to its end without another fault: otherwise it is a purchase that never ends.
 */
export function explore<World>(
  start: World,
  rules: {
    keyOf(world: World): string;
    movesOf(world: World): Iterable<Move<World>>;
    /** What is wrong with a state. */
    violationsOf(world: World): readonly string[];
    isDone(world: World): boolean;
    /** A model that grows beyond this has lost its bounds. */
    statesMax: number;
  },
): Exploration {
  const nodes: Node<World>[] = [{ world: start, depth: 0, from: -1, by: 'start' }];
  const known = new Map([[rules.keyOf(start), 0]]);
  /** For each state, the states that lead to it without a fault. */
  const sources: number[][] = [[]];
  const violations: string[] = [];
  let moves = 0;
  const story = (at: number): string => {
    const node = nodes[at];
    return node === undefined || node.from < 0 ? '' : `${story(node.from)} → ${node.by}`;
  };
  const tell = (at: number, what: string) =>
    void (violations.length < VIOLATIONS_MAX && violations.push(`${what}:${story(at)}`));

  for (let at = 0; at < nodes.length; at += 1) {
    const node = nodes[at];
    if (node === undefined) break;
    for (const violation of rules.violationsOf(node.world)) tell(at, violation);
    for (const { name, to, isFault } of rules.movesOf(node.world)) {
      moves += 1;
      const key = rules.keyOf(to);
      let next = known.get(key);
      if (next === undefined) {
        next = nodes.length;
        if (next >= rules.statesMax) throw new Error(`more than ${rules.statesMax} states: ${story(at)} → ${name}`);
        known.set(key, next);
        nodes.push({ world: to, depth: node.depth + 1, from: at, by: name });
        sources.push([]);
      }
      if (!isFault) sources[next]?.push(at);
    }
  }
  const ends = nodes.flatMap(({ world }, at) => (rules.isDone(world) ? [at] : []));
  const stuck = firstThatCannotEnd(sources, ends);
  if (stuck !== undefined) tell(stuck, 'I29: it can never end');
  return { states: nodes.length, moves, depth: nodes.at(-1)?.depth ?? 0, violations };
}

function firstThatCannotEnd(sources: readonly (readonly number[])[], ends: readonly number[]): number | undefined {
  const canEnd = new Uint8Array(sources.length);
  const open = [...ends];
  for (const end of ends) canEnd[end] = 1;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const source of sources[at] ?? []) {
      if (canEnd[source] === 1) continue;
      canEnd[source] = 1;
      open.push(source);
    }
  }
  const stuck = canEnd.indexOf(0);
  return stuck < 0 ? undefined : stuck;
}
