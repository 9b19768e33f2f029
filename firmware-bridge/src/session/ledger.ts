import { z } from 'zod';

import { machineEventBody, type MachineEventBody } from '#machine-protocol/messages.js';

/**
 * What is known for certain about grants, folded from the journal's records and nothing else. The running session and
 * the recovery after a power cut read the same ledger, so they cannot disagree about what was sold.
 */

/** The gateway repeats a command within seconds and asks for a report within days; a hundred grants are weeks. */
export const ANSWERS_MAX = 100;

const vend = z.object({ vendNumber: z.int(), approvedMinor: z.int() });

const openGrant = z.object({
  purchaseId: z.string(),
  grantNumber: z.int(),
  /** The event that said so, for a repeat of the command. */
  accepted: machineEventBody.optional(),
  selections: z.int(),
  dispensed: z.int(),
  dispensedMinor: z.int(),
  /** Approved and not known to have failed: what is left of the grant is its amount less this. */
  spentMinor: z.int(),
  /** Approved, result awaited. */
  pending: vend.optional(),
  /** Reported as uncertain; a late result may still arrive before the session closes. */
  uncertain: vend.optional(),
});
export type OpenGrant = z.infer<typeof openGrant>;

export const ledger = z.object({
  highestGrant: z.int(),
  open: openGrant.optional(),
  /** Last word about each finished grant, oldest first: its refusal or its closing report. */
  answers: z.array(machineEventBody).max(ANSWERS_MAX),
});
export type Ledger = z.infer<typeof ledger>;

export const EMPTY_LEDGER: Ledger = { highestGrant: 0, answers: [] };

export interface GrantKey {
  readonly purchaseId: string;
  readonly grantNumber: number;
}

export function sameGrant(a: GrantKey, b: GrantKey): boolean {
  return a.grantNumber === b.grantNumber && a.purchaseId === b.purchaseId;
}

/** The grant is about to be acted on; on disk before START leaves. */
export function foldAdmission(before: Ledger, { purchaseId, grantNumber }: GrantKey): Ledger {
  return {
    ...before,
    highestGrant: Math.max(before.highestGrant, grantNumber),
    open: { purchaseId, grantNumber, selections: 0, dispensed: 0, dispensedMinor: 0, spentMinor: 0 },
  };
}

export function foldEvent(before: Ledger, body: MachineEventBody): Ledger {
  switch (body.type) {
    case 'cash.sale':
    case 'fault':
      return before;
    case 'grant.refused':
    case 'session.closed':
      return foldLastWord(before, body);
    default: {
      const { open } = before;
      return open !== undefined && sameGrant(open, body) ? { ...before, open: foldVend(open, body) } : before;
    }
  }
}

type LastWord = Extract<MachineEventBody, { type: 'grant.refused' | 'session.closed' }>;

function foldLastWord(before: Ledger, body: LastWord): Ledger {
  // A grant of another boot was numbered for another bridge process; it says nothing about this one's numbers.
  const counts = body.reason !== 'other-boot';
  const others = before.answers.filter((answer) => !('grantNumber' in answer && sameGrant(answer, body)));
  const { open, ...rest } = before;
  return {
    ...rest,
    ...(open !== undefined && !sameGrant(open, body) && { open }),
    highestGrant: counts ? Math.max(before.highestGrant, body.grantNumber) : before.highestGrant,
    answers: [...others, body].slice(-ANSWERS_MAX),
  };
}

type VendEvent = Exclude<MachineEventBody, LastWord | { type: 'cash.sale' | 'fault' }>;

function foldVend(open: OpenGrant, body: VendEvent): OpenGrant {
  const { pending, uncertain, ...rest } = open;
  switch (body.type) {
    case 'grant.accepted':
      return { ...open, accepted: body };
    case 'vend.selected': {
      const selected = { ...open, selections: open.selections + 1, spentMinor: open.spentMinor + body.approvedMinor };
      if (body.denied !== undefined) return selected;
      return { ...selected, pending: { vendNumber: body.vendNumber, approvedMinor: body.approvedMinor } };
    }
    case 'vend.uncertain':
      return pending === undefined ? open : { ...rest, uncertain: pending };
    case 'vend.failed':
      return { ...rest, spentMinor: open.spentMinor - (pending?.approvedMinor ?? 0) };
    case 'vend.dispensed': {
      const vended = [pending, uncertain].find((vend) => vend?.vendNumber === body.vendNumber);
      return {
        ...rest,
        dispensed: open.dispensed + 1,
        dispensedMinor: open.dispensedMinor + (vended?.approvedMinor ?? 0),
      };
    }
  }
}

/** The recorded last word about a grant, for a command that asks again. */
export function answerTo(known: Ledger, key: GrantKey): MachineEventBody | undefined {
  return known.answers.find((answer) => 'grantNumber' in answer && sameGrant(answer, key));
}

/** Older than everything remembered: what became of this grant cannot be said any more. */
export function isForgotten(known: Ledger, grantNumber: number): boolean {
  const oldest = known.answers.at(-ANSWERS_MAX);
  return oldest !== undefined && 'grantNumber' in oldest && grantNumber < oldest.grantNumber;
}

/** The closing report of the open grant. */
export function closingReport(
  open: OpenGrant,
  reason: Extract<MachineEventBody, { type: 'session.closed' }>['reason'],
): MachineEventBody {
  const { purchaseId, grantNumber, selections, dispensed, dispensedMinor } = open;
  return { type: 'session.closed', purchaseId, grantNumber, reason, selections, dispensed, dispensedMinor, serial: [] };
}

/**
 * What a bridge that starts with an open grant in its journal has to report: the grant died with the boot it was for,
 * and a vend without a result can never be known (invariant I16: never charged by our own decision).
 */
export function afterPowerCut({ open }: Ledger): MachineEventBody[] {
  if (open === undefined) return [];
  const { purchaseId, grantNumber, pending } = open;
  const closed = closingReport(open, 'power-cut');
  if (pending === undefined) return [closed];
  const { vendNumber } = pending;
  return [{ type: 'vend.uncertain', purchaseId, grantNumber, vendNumber, reason: 'power-cut', serial: [] }, closed];
}
