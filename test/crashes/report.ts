import type { CampaignResult } from './campaign.js';
import { LABELS } from './labels.js';
import type { PointsResult } from './points.js';
import type { Strike } from './strikes.js';

/** The table at the end: kills by kind, recovery times, purchases and how they ended. */
export function reportOf({ strikes, pointsReached, auditor, disagreements }: CampaignResult): string {
  const rows = [...strikes].map(([kind, list]) => row(kind, list));
  const all = [...strikes.values()].flat();
  const endings = [...auditor.endings]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([state, count]) => `${count} ${state}`);
  return [
    '',
    '  kind        kills   recovery p50      p99      max',
    ...rows,
    row('all', all),
    '',
    `  ${pointsReached} of ${LABELS.length} labelled points reached by kills of kind "points"`,
    `  ${auditor.purchases} purchases: ${endings.join(', ')}`,
    `  ${auditor.uncertain} vends in doubt after power cuts, each not charged and a review case`,
    `  ${disagreements.length} disagreements`,
    ...disagreements.map((text) => `  ✗ ${text}`),
    '',
  ].join('\n');
}

/** What the pass over all labelled points found. */
export function pointsReportOf({ crashed, missed, purchases, disagreements }: PointsResult): string {
  return [
    '',
    `  ${new Set(crashed).size} of ${LABELS.length} labelled points killed a server, ${crashed.length} deaths`,
    ...missed.map((point) => `  ✗ never reached: ${point}`),
    `  ${purchases} purchases, ${disagreements.length} disagreements`,
    ...disagreements.map((text) => `  ✗ ${text}`),
    '',
  ].join('\n');
}

function row(name: string, strikes: readonly Strike[]): string {
  const times = strikes.map(({ recoveredMs }) => recoveredMs).toSorted((a, b) => a - b);
  const at = (share: number): string => seconds(times[Math.min(times.length - 1, Math.floor(times.length * share))]);
  return `  ${name.padEnd(10)} ${String(times.length).padStart(6)} ${at(0.5).padStart(14)} ${at(0.99).padStart(8)} ${at(1).padStart(8)}`;
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '–' : `${(ms / 1_000).toFixed(2)} s`;
}
