import { performance } from 'node:perf_hooks';

import { request } from 'undici';
import { z } from 'zod';

import type { Good } from '../kit/stand.js';
import type { Hands, Outcome } from './hands.js';

/** The machine shows credit some milliseconds after it accepted. */
const CREDIT_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 10;

const RESULTS = { dispensed: 'dispensed', jammed: 'jammed', reset: 'reset-after-approval' } as const satisfies Record<
  Outcome,
  string
>;

const view = z.object({
  mode: z.string(),
  currency: z.string(),
  decimals: z.int(),
  slots: z.array(z.object({ selection: z.int(), priceMinor: z.int(), stock: z.int() })),
});

/** The simulated machine’s front, over its control API. What speaks the link for it cannot be started from there. */
export class SimulatedFront implements Hands {
  readonly able = new Set(['choose', 'service'] as const);

  /** @param url such as http://127.0.0.1:8091 */
  constructor(private readonly url: string) {}

  /** What it sells, to make grants of. */
  async stock(): Promise<{ currency: string; exponent: number; goods: readonly Good[] }> {
    const { currency, decimals, slots } = await this.look();
    const goods = slots.filter(({ stock }) => stock > 0);
    return { currency, exponent: decimals, goods };
  }

  async choose(selection: number, outcome: Outcome = 'dispensed'): Promise<void> {
    await this.until((mode) => mode === 'IDLE');
    await this.post('press', { selection, result: RESULTS[outcome] });
  }

  async finish(): Promise<void> {
    // During a vend the lever does nothing.
    await this.until((mode) => mode !== 'VEND');
    await this.post('finish', {});
  }

  setOutOfService(out: boolean): Promise<void> {
    return this.post('faults', { outOfService: out });
  }

  restart(): Promise<never> {
    return Promise.reject(new Error('a simulated machine is not what speaks the link'));
  }

  cutPower(): Promise<never> {
    return this.restart();
  }

  private async until(wanted: (mode: string) => boolean): Promise<void> {
    const deadline = performance.now() + CREDIT_WITHIN_MS;
    while (!wanted((await this.look()).mode) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  private async look(): Promise<z.infer<typeof view>> {
    const { body, statusCode } = await request(this.url);
    if (statusCode !== 200) throw new Error(`the simulated machine answers ${statusCode}`);
    return view.parse(await body.json());
  }

  private async post(what: string, body: object): Promise<void> {
    const reply = await request(`${this.url}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await reply.body.text();
    if (reply.statusCode !== 200) throw new Error(`the simulated machine refuses ${what}: ${text.slice(0, 200)}`);
  }
}
