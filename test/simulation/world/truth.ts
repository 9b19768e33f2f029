import type { Lie } from './lies.js';
import type { SeqrOperation } from './seqr.js';

/** What no part of the product can know: it judges what the product concluded. */
export interface PurchaseTruth {
  /** Items that fell into the tray under this purchase's grant. */
  readonly fell: { readonly vendNumber: number; readonly priceMinor: bigint; readonly at: number }[];
  /** What SEQR said of its invoice that was not so. */
  readonly lies: Set<Lie>;
  /** What SEQR refused, by its rules or because it was busy. */
  readonly refused: Set<SeqrOperation>;
  /** Vends of which the machine itself never learnt, or could not say, what became; or said it and was not understood. */
  readonly unreported: Set<number>;
  /** The machine told of vends or totals that were not so. */
  machineLied: boolean;
  /** The machine said something of it that the server could not read: a person was told of the machine. */
  unread: boolean;
  /** The power went while its grant was open: what was being written may be lost. */
  powerCut: boolean;
  /** When the machine was last unlocked for it. */
  unlockedAt: number | null;
  /** The closing report as the machine wrote it down. */
  closed: boolean;
  /** The payer confirmed or declined, or mistyped too often. */
  decided: boolean;
}

export class Truth {
  private readonly purchases = new Map<string, PurchaseTruth>();
  /** How often SEQR told each. */
  readonly lies = new Map<Lie, number>();

  /** @param concerned the purchases that are led astray by it */
  lie(lie: Lie, concerned: readonly string[]): void {
    this.lies.set(lie, (this.lies.get(lie) ?? 0) + 1);
    for (const purchaseId of concerned) this.of(purchaseId).lies.add(lie);
  }

  of(purchaseId: string): PurchaseTruth {
    const known = this.purchases.get(purchaseId);
    if (known !== undefined) return known;
    const truth: PurchaseTruth = {
      fell: [],
      lies: new Set(),
      refused: new Set(),
      unreported: new Set(),
      machineLied: false,
      unread: false,
      powerCut: false,
      unlockedAt: null,
      closed: false,
      decided: false,
    };
    this.purchases.set(purchaseId, truth);
    return truth;
  }
}
