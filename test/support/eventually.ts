/** Far more than anything here takes; a test that waits this long has found a fault. */
const WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 25;

/** Waits for something that happens outside the test, by looking for it. @returns what was found. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = WITHIN_MS,
  everyMs = LOOK_EVERY_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1_000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
