import { type Figure, holds, numberText } from './figures.js';

/** What is printed in the end, a line a figure. */
export function tableOf(figures: readonly Figure[]): string {
  return figures
    .map((figure) => {
      const verdict = holds(figure) ? '✓ holds        ' : '✗ does not hold';
      const value = `${numberText(figure.value)} ${figure.unit}`;
      return `${figure.goal.padEnd(4)} ${verdict} ${value.padEnd(18)} ${`${figure.bound} ${numberText(figure.limit)}`.padEnd(15)} ${figure.what}: ${figure.measured}`;
    })
    .join('\n');
}
