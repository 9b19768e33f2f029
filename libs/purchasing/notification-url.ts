import type { Keys } from '#platform/keys.js';

/**
 * SEQR's notifications are empty and unsigned: the URL itself is the proof that SEQR was told of the purchase. It holds
 * 256 bits that only the installation's secret can make, so a guessed one is refused without a look into the database,
 * and nothing that could forge one is stored.
 */
export class NotificationUrls {
  constructor(
    private readonly keys: Keys,
    private readonly publicBaseUrl: string,
  ) {}

  urlOf(purchaseId: string): string {
    return `${this.publicBaseUrl}/seqr/notifications/${this.capabilityOf(purchaseId)}`;
  }

  /** The purchase that a capability belongs to, or undefined for one that we never gave out. */
  purchaseOf(capability: string): string | undefined {
    const match = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/.exec(capability);
    if (!match?.[1] || !match[2]) return undefined;
    return this.keys.verify('notification', match[1], match[2]) ? match[1] : undefined;
  }

  private capabilityOf(purchaseId: string): string {
    return `${purchaseId}.${this.keys.mac('notification', purchaseId)}`;
  }
}
