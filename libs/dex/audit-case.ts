import type { Comparison, Finding, FindingKind } from './comparison.js';

/** What a person is told of two files that differ from our ledger. */
export interface AuditCase {
  readonly reason: string;
  readonly amountMinor: bigint | null;
  readonly known: string;
  readonly suggestedAction: string;
}

/**
 * One case for two files, whatever they differ in.
 *
 * @param readings when the files were read, as the operator should see it. @returns null when there is nothing to decide.
 */
export function auditCaseOf(
  { verdict, findings }: Comparison,
  readings: { readonly before: string; readonly after: string },
): AuditCase | null {
  const [first] = findings.filter(isDifference);
  if (verdict !== 'differs' || first === undefined) return null;
  return {
    reason: `audit-${first.kind}`,
    amountMinor: first.amountMinor,
    known: `${findings.map(({ text }) => text).join(' ')} Compared: the machine's audit files of ${readings.before} and ${readings.after}.`,
    suggestedAction: ACTIONS[first.kind],
  };
}

type DifferenceKind = Exclude<FindingKind, 'not-compared'>;

function isDifference(finding: Finding): finding is Finding & { readonly kind: DifferenceKind } {
  return finding.kind !== 'not-compared';
}

const CLOCK = 'If its clock was wrong, the next file balances the difference: look at that one first.';

const ACTIONS: Readonly<Record<DifferenceKind, string>> = {
  'counters-restarted':
    'Ask who serviced the machine whether its board was replaced or its memory erased. The next file is compared with the newer of the two.',
  'cashless-more': `Goods came out without cash that nobody paid for here: by another card reader, or unpaid. Look at the machine's purchases and review cases of that time. ${CLOCK}`,
  'cashless-less': `Somebody was charged for what the machine did not count as sold. Look at the machine's purchases of that time; who got nothing is refunded. ${CLOCK}`,
  'cashless-value':
    'The machine counts other prices than were charged. Compare the prices set in the machine with its price list.',
  'selection-differs':
    'The total is right. Compare the numbers of the selections at the machine with its planogram; goods may come out of another one.',
};
