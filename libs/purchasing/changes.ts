import { Inject, Injectable } from '@nestjs/common';

import type { LiveNotice } from '#fleet/operator-views.js';
import { CHANGES_TOPIC } from '#machine-protocol/topics.js';
import { MqttConnection } from '#platform/mqtt.js';

/**
 * Tells whoever watches that something changed: ids only. The broker carries it from the process where it happened to the one
 * whose console is open. A hint: it may be lost, and who watches looks again from time to time.
 */
@Injectable()
export class Changes {
  constructor(@Inject(MqttConnection) private readonly mqtt: MqttConnection) {}

  purchase(purchaseId: string, machineId: string): void {
    this.tell({ kind: 'purchase', purchaseId, machineId });
  }

  machine(machineId: string): void {
    this.tell({ kind: 'machine', machineId });
  }

  watch(listener: (notice: LiveNotice) => void): Promise<void> {
    return this.mqtt.subscribe(CHANGES_TOPIC, 0, (_, payload) => {
      const notice = noticeOf(payload);
      if (notice !== undefined) listener(notice);
    });
  }

  private tell(notice: LiveNotice): void {
    this.mqtt.publish(CHANGES_TOPIC, JSON.stringify(notice), 0).catch(() => undefined);
  }
}

/** Whoever reaches the broker can write here: what is no notice is nothing. */
function noticeOf(payload: Uint8Array): LiveNotice | undefined {
  try {
    const { kind, purchaseId, machineId } = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
    if (typeof machineId !== 'string') return undefined;
    if (kind === 'machine') return { kind, machineId };
    return kind === 'purchase' && typeof purchaseId === 'string' ? { kind, purchaseId, machineId } : undefined;
  } catch {
    return undefined;
  }
}
