import type { Slot } from './vmc-model.js';

/** What a machine in an office corridor sells, in smallest units; the currency is the machine's. */
export const DEMO_SLOTS: readonly Slot[] = [
  { selection: 11, priceMinor: 1500, stock: 8, label: 'Potato chips' },
  { selection: 12, priceMinor: 1800, stock: 8, label: 'Salted nuts' },
  { selection: 13, priceMinor: 1200, stock: 10, label: 'Chocolate bar' },
  { selection: 14, priceMinor: 1000, stock: 10, label: 'Wine gums' },
  { selection: 21, priceMinor: 1600, stock: 6, label: 'Cola' },
  { selection: 22, priceMinor: 1600, stock: 6, label: 'Orange soda' },
  { selection: 23, priceMinor: 1400, stock: 6, label: 'Mineral water' },
  { selection: 24, priceMinor: 2200, stock: 4, label: 'Cold coffee' },
  { selection: 31, priceMinor: 3500, stock: 3, label: 'Sandwich' },
  { selection: 32, priceMinor: 3900, stock: 3, label: 'Salad' },
  { selection: 33, priceMinor: 900, stock: 5, label: 'Apple' },
  { selection: 34, priceMinor: 2000, stock: 0, label: 'Protein bar' },
];
