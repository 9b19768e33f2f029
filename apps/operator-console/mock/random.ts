export interface Random {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  oneOf<Items extends readonly [unknown, ...unknown[]]>(items: Items): Items[number];
}

/** The same seed makes the same fleet every time (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    oneOf: (items) => items[between(0, items.length - 1)],
  };
}
