import { z } from 'zod';

import type { LiveNotice } from '#fleet/operator-views.js';
import { CHANGES_TOPIC } from '#machine-protocol/topics.js';
import type { MqttConnection } from '#platform/mqtt.js';

/** Faster than anybody sees: the steps of a purchase come in bursts, and every server hears of each. */
const GATHER_MS = 100;
/** A notice has at most 151 bytes, and the brokers take messages of 16,384. What is more is told at once. */
const NOTICES_MAX = 100;

const notices: z.ZodType<LiveNotice[]> = z
  .array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('machine'), machineId: z.string() }),
      z.object({ kind: z.literal('purchase'), purchaseId: z.string(), machineId: z.string() }),
    ]),
  )
  .max(NOTICES_MAX);

/** A hint does not keep a process that stops from ending. */
const soon = (delayMs: number, work: () => void) => setTimeout(work, delayMs).unref();

/**
 * Tells whoever watches that something changed: ids only. The broker carries it from the process where it happened to the one
 * whose console is open. A hint: it may be lost, and who watches looks again from time to time.
 */
export class Changes {
  /** As they are written: each once, however often it changed. */
  private readonly gathered = new Set<string>();
  private isDue = false;

  constructor(
    private readonly mqtt: Pick<MqttConnection, 'publish' | 'subscribe'>,
    private readonly after: (delayMs: number, work: () => void) => unknown = soon,
  ) {}

  purchase(purchaseId: string, machineId: string): void {
    this.gather({ kind: 'purchase', purchaseId, machineId });
  }

  machine(machineId: string): void {
    this.gather({ kind: 'machine', machineId });
  }

  watch(listener: (notice: LiveNotice) => void): Promise<void> {
    return this.mqtt.subscribe(CHANGES_TOPIC, (_, payload) => noticesOf(payload).forEach(listener));
  }

  private gather(notice: LiveNotice): void {
    this.gathered.add(JSON.stringify(notice));
    if (this.gathered.size >= NOTICES_MAX) this.tell();
    if (this.isDue) return;
    this.isDue = true;
    this.after(GATHER_MS, () => {
      this.isDue = false;
      this.tell();
    });
  }

  /** While the broker is away they are lost. */
  private tell(): void {
    if (this.gathered.size === 0) return;
    const list = `[${[...this.gathered].join()}]`;
    this.gathered.clear();
    this.mqtt.publish(CHANGES_TOPIC, list).catch(() => undefined);
  }
}

/** Whoever reaches the broker can write here: what is no list of notices is nothing. */
function noticesOf(payload: Uint8Array): readonly LiveNotice[] {
  try {
    // Servers of the version before say one by itself.
    const list = [JSON.parse(Buffer.from(payload).toString()) as unknown].flat();
    return notices.safeParse(list).data ?? [];
  } catch {
    return [];
  }
}
