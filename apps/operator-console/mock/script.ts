import type {
  AmountView,
  PurchaseView,
  SeqrCallView,
  TimeLineEntryView,
  TimeLineStep,
  Tone,
  VendView,
} from '#fleet/operator-views.js';

/** What changes at one moment of a purchase. */
export interface Beat {
  readonly atMs: number;
  readonly entry?: Omit<TimeLineEntryView, 'at' | 'sinceStartMs'>;
  readonly call?: Omit<SeqrCallView, 'at'>;
  readonly vend?: VendView;
  readonly set?: Partial<
    Pick<
      PurchaseView,
      | 'state'
      | 'stateLabel'
      | 'tone'
      | 'isOver'
      | 'committed'
      | 'released'
      | 'invoiceReference'
      | 'ersReference'
      | 'grantNumber'
    >
  >;
  readonly review?: { readonly reason: string; readonly amount: AmountView };
}

/** A purchase written down beforehand: what is seen of it follows from the time alone. */
export interface Script {
  readonly id: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly startedAt: number;
  readonly reserved: AmountView;
  readonly beats: readonly Beat[];
}

export function purchaseAt(script: Script, now: number): PurchaseView {
  const timeOf = (beat: Beat) => new Date(script.startedAt + beat.atMs).toISOString();
  const happened = script.beats.filter((beat) => script.startedAt + beat.atMs <= now);
  const vends = new Map<number, VendView>();
  for (const { vend } of happened) if (vend) vends.set(vend.number, vend);
  const last = happened.at(-1);
  const view: PurchaseView = {
    id: script.id,
    machineId: script.machineId,
    machineName: script.machineName,
    state: 'NEW',
    stateLabel: 'Asking SEQR for an invoice',
    tone: 'progress',
    isOver: false,
    startedAt: new Date(script.startedAt).toISOString(),
    endedAt: null,
    reserved: script.reserved,
    committed: null,
    released: null,
    invoiceReference: null,
    ersReference: null,
    grantNumber: null,
    vends: [...vends.values()],
    timeLine: happened.flatMap((beat) =>
      beat.entry ? [{ at: timeOf(beat), sinceStartMs: beat.atMs, ...beat.entry }] : [],
    ),
    seqrCalls: happened.flatMap((beat) => (beat.call ? [{ at: timeOf(beat), ...beat.call }] : [])),
    reviewCases: happened.flatMap((beat) => (beat.review ? [{ at: timeOf(beat), ...beat.review }] : [])),
  };
  const seen = Object.assign(view, ...happened.map((beat) => beat.set ?? {})) as PurchaseView;
  return seen.isOver && last ? { ...seen, endedAt: timeOf(last) } : seen;
}

/** A line of the time line, shortly. */
export function step(
  step: TimeLineStep,
  tone: Tone,
  title: string,
  detail: string | null = null,
  evidence: readonly string[] = [],
): NonNullable<Beat['entry']> {
  return { step, tone, title, detail, evidence };
}

/** A call that SEQR answered with 0. */
export function answered(
  operation: string,
  durationMs: number,
  detail: string | null = null,
): NonNullable<Beat['call']> {
  return { operation, durationMs, outcome: 'answered', resultCode: 0, resultName: 'SUCCESS', detail };
}
