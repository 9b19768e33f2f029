/** Far more than anything here takes; a test that waits this long has found a fault. */
const WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 25;

/** Waits for something that happens outside, by looking for it. @returns what was found. @throws Error after `withinMs` */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = WITHIN_MS,
  everyMs = LOOK_EVERY_MS,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs / 1_000} s in vain: ${what}`);
    await pause(everyMs);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
