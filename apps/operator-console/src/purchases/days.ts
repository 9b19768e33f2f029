import type { PurchaseSummaryView } from '#fleet/operator-views.js';

interface Day {
  readonly day: string;
  readonly newest: Date;
  readonly purchases: readonly PurchaseSummaryView[];
}

/** Cuts a list that is in order of time, newest first, into the days of the scans, as `keyOf` tells them apart. */
export function groupByDay(purchases: readonly PurchaseSummaryView[], keyOf: (at: Date) => string): readonly Day[] {
  const days = Map.groupBy(purchases, (purchase) => keyOf(new Date(purchase.startedAt)));
  return [...days].map(([day, ofDay]) => ({ day, newest: new Date(ofDay[0]?.startedAt ?? 0), purchases: ofDay }));
}
