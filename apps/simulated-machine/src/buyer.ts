/**
 * How a choice ends at the machine:
 * - `dispensed`: the item falls, the machine says so.
 * - `jammed`: the spiral turns, nothing falls, the machine says so (VEND 3).
 * - `cancelled`: the machine takes the request back at once (VEND 1).
 * - `cancelled-too-late`: the machine takes the request back while the approval is on its way, and goes by the approval.
 * - `reset-before-approval`, `reset-after-approval`: the machine is reset (VEND 5); only after the approval the item
 *   has fallen.
 * - `never-result`: the item falls and the machine says nothing.
 */
export type PressResult = (typeof PRESS_RESULTS)[number];

export const PRESS_RESULTS = [
  'dispensed',
  'jammed',
  'cancelled',
  'cancelled-too-late',
  'reset-before-approval',
  'reset-after-approval',
  'never-result',
] as const;

/** What the payer does at the machine, one step after the other. Not finishing is walking away. */
export type BuyerStep =
  | {
      readonly press: number;
      readonly result?: PressResult | undefined;
      /** Thinking before pressing. */
      readonly afterMs?: number | undefined;
      /** From approval to result, when it differs from the machine's own time. */
      readonly resultAfterMs?: number | undefined;
    }
  | { readonly finish: true }
  | { readonly walkAway: true };

/** A payer who presses more often than this in one session is a test without an end. */
export const STEPS_MAX = 1_000;

/** Scripts of sessions to come. */
const SCRIPTS_MAX = 1_000;

/** Plays one script a session: a step whenever the machine lets the payer choose. */
export class Buyer {
  private readonly scripts: (readonly BuyerStep[])[] = [];
  private steps: BuyerStep[] = [];
  private thinking: NodeJS.Timeout | undefined;
  private inSession = false;

  constructor(private readonly act: (step: Extract<BuyerStep, { press: number } | { finish: true }>) => void) {}

  expect(steps: readonly BuyerStep[]): void {
    if (steps.length > STEPS_MAX || this.scripts.length >= SCRIPTS_MAX) throw new RangeError('too long a script');
    this.scripts.push(steps);
  }

  /** Whoever is still expected does not come; who is at the machine stays. */
  expectNobody(): void {
    this.scripts.length = 0;
  }

  /** The machine shows credit and waits for a choice. */
  mayChoose(): void {
    if (!this.inSession) this.steps = [...(this.scripts.shift() ?? [])];
    this.inSession = true;
    this.next();
  }

  private next(): void {
    const step = this.steps.shift();
    if (step === undefined || 'walkAway' in step) return void (this.steps = []);
    const pause = 'press' in step ? (step.afterMs ?? 0) : 0;
    this.thinking = setTimeout(() => this.act(step), pause);
  }

  sessionOver(): void {
    clearTimeout(this.thinking);
    this.inSession = false;
    this.steps = [];
  }
}
