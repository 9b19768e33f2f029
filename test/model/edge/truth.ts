interface Goods {
  readonly certainMinor: number[];
  /** Came out, or may have, and no machine can say so. */
  uncertainVends: number;
  uncertainMinor: number;
  unlocked: boolean;
  wordsLost: boolean;
}

/** What really happened at the machine, by purchase. No part of the product can see this. */
export class Truth {
  private readonly goods = new Map<string, Goods>();

  of(purchaseId: string): Goods {
    const known = this.goods.get(purchaseId) ?? {
      certainMinor: [],
      uncertainVends: 0,
      uncertainMinor: 0,
      unlocked: false,
      wordsLost: false,
    };
    this.goods.set(purchaseId, known);
    return known;
  }

  get purchases(): readonly string[] {
    return [...this.goods.keys()];
  }

  unlocked(purchaseId: string): void {
    this.of(purchaseId).unlocked = true;
  }

  fell(purchaseId: string, priceMinor: number): void {
    this.of(purchaseId).certainMinor.push(priceMinor);
  }

  nobodyKnows(purchaseId: string, priceMinor: number): void {
    const goods = this.of(purchaseId);
    goods.uncertainVends += 1;
    goods.uncertainMinor += priceMinor;
  }

  wordsLost(purchaseId: string): void {
    this.of(purchaseId).wordsLost = true;
  }

  spentMinor(purchaseId: string): number {
    return this.certain(purchaseId).dispensedMinor;
  }

  certain(purchaseId: string): { dispensed: number; dispensedMinor: number } {
    const { certainMinor } = this.of(purchaseId);
    return { dispensed: certainMinor.length, dispensedMinor: certainMinor.reduce((total, minor) => total + minor, 0) };
  }
}
