import type { Dialect, Faults } from './faults.js';
import type { Slot, Vmc, VmcMode } from './vmc-model.js';

/** An item that really fell: what the books must agree with. */
export interface Delivery {
  readonly selection: number;
  readonly priceMinor: number;
  readonly at: Date;
  /** Paid in coins: no concern of any purchase. */
  readonly cash?: boolean;
}

/** The machine as people and tests see it. Amounts are whole smallest units. */
export interface MachineView {
  readonly simulator: true;
  readonly name: string;
  readonly dialect: Dialect;
  readonly serialPath: string;
  readonly mode: VmcMode;
  readonly plugged: boolean;
  readonly display: string;
  readonly currency: string;
  readonly decimals: number;
  readonly creditMinor: number;
  readonly slots: readonly Slot[];
  readonly dispensed: readonly Delivery[];
  readonly faults: Faults;
}

/** What stands on the machine's own display. */
export function displayOf({ mode, vend }: Vmc): string {
  switch (mode) {
    case 'INACTIVE':
      return 'NO CARD READER';
    case 'DISABLED':
      return 'OUT OF SERVICE';
    case 'ENABLED':
      return 'SCAN TO PAY';
    case 'IDLE':
      return 'CHOOSE A PRODUCT';
    case 'VEND':
      return vend?.approved === true ? 'PLEASE WAIT' : 'ONE MOMENT';
  }
}
