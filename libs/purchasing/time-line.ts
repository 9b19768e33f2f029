import type { TimeLineEntryView, TimeLineStep, Tone } from '#fleet/operator-views.js';
import { type Currency, formatMoney } from '#purchase/money.js';

/** One row of the log of a purchase. */
export interface LoggedEvent {
  readonly at: Date;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The state the purchase had after it. */
  readonly state: string;
}

export interface TimeLineContext {
  readonly startedAt: Date;
  readonly currency: Currency;
  readonly reservedMinor: bigint;
  readonly committedMinor: bigint | null;
  productName(selection: number): string;
}

interface Line {
  readonly step: TimeLineStep;
  readonly title: string;
  readonly detail?: string;
  readonly tone?: Tone;
}

/** The story of a purchase in the operator's words, from the scan to its end. Polls that found nothing are left out. */
export function timeLineOf(events: readonly LoggedEvent[], context: TimeLineContext): TimeLineEntryView[] {
  const selections = new Map<unknown, number>();
  const entries: TimeLineEntryView[] = [];
  let before = '';
  for (const event of events) {
    if (event.type === 'VendSelected') selections.set(event.data['vendNumber'], Number(event.data['selection']));
    const lines = linesOf(event, before, context, (number) => context.productName(selections.get(number) ?? 0));
    for (const line of lines) {
      entries.push({
        at: event.at.toISOString(),
        sinceStartMs: event.at.getTime() - context.startedAt.getTime(),
        step: line.step,
        title: line.title,
        detail: line.detail ?? null,
        tone: line.tone ?? 'neutral',
        evidence: evidenceOf(event),
      });
    }
    before = event.state;
  }
  return entries;
}

function linesOf(
  event: LoggedEvent,
  before: string,
  context: TimeLineContext,
  vendName: (vendNumber: unknown) => string,
): Line[] {
  const { type, data, state } = event;
  const money = (minor: unknown) => formatMoney({ minor: BigInt(String(minor)), currency: context.currency });
  switch (type) {
    case 'PurchaseStarted':
      return [{ step: 'scan', title: 'QR code scanned', detail: `up to ${money(data['offeredMinor'])} offered` }];
    case 'InvoiceIssued':
      return [{ step: 'invoice', title: 'Invoice issued', detail: `reference ${String(data['invoiceReference'])}` }];
    case 'InvoiceFailed':
      return [
        { step: 'invoice', title: 'No invoice', detail: failure(data), tone: 'bad' },
        ...ending(before, state, context),
      ];
    case 'NotificationReceived':
      return [{ step: 'notification', title: 'SEQR notified us', detail: 'a hint; the status decides' }];
    case 'StatusRead':
      return statusLines(data, before, state, context);
    case 'GrantSent':
      return [
        {
          step: 'grant',
          title: 'Grant sent to the machine',
          detail: `may sell for up to ${money(context.reservedMinor)}`,
        },
      ];
    case 'GrantNotSent':
      return [{ step: 'grant', title: 'Grant could not be sent', detail: String(data['detail']), tone: 'warning' }];
    case 'GrantAccepted':
      return [{ step: 'unlock', title: 'Machine unlocked', tone: 'good' }];
    case 'GrantRefused':
      return [{ step: 'unlock', title: 'Machine refused the grant', detail: String(data['reason']), tone: 'warning' }];
    case 'VendSelected':
      return [selectionLine(data, money, vendName)];
    case 'VendDispensed':
      return [{ step: 'vend', title: `${vendName(data['vendNumber'])} dispensed`, tone: 'good' }];
    case 'VendFailed':
      return [
        {
          step: 'vend',
          title: `${vendName(data['vendNumber'])} not dispensed`,
          detail: 'not charged',
          tone: 'warning',
        },
      ];
    case 'VendUncertain':
      return [
        {
          step: 'vend',
          title: `${vendName(data['vendNumber'])}: nobody knows`,
          detail: String(data['reason']),
          tone: 'bad',
        },
      ];
    case 'SessionClosed':
      return [{ step: 'close', title: 'Machine locked again', detail: closeReason(String(data['reason'])) }];
    case 'InvoiceUpdated':
      return [{ step: 'update', title: 'Invoice updated', detail: 'with what was dispensed' }];
    case 'UpdateFailed':
      return [{ step: 'update', title: 'Invoice not updated yet', detail: failure(data), tone: 'warning' }];
    case 'ReservationCommitted':
      return [{ step: 'commit', title: 'Reservation committed', tone: 'good' }];
    case 'CommitFailed':
      return [{ step: 'commit', title: 'Not committed yet', detail: failure(data), tone: 'warning' }];
    case 'InvoiceCancelled':
      return [{ step: 'release', title: 'Invoice cancelled' }];
    case 'CancelFailed':
      return [{ step: 'release', title: 'Not cancelled yet', detail: failure(data), tone: 'warning' }];
    case 'ReceiptSubmitted':
      return [{ step: 'receipt', title: 'Receipt sent', tone: 'good' }];
    case 'ReceiptFailed':
      return [{ step: 'receipt', title: 'Receipt not sent', detail: failure(data), tone: 'warning' }];
    case 'TimePassed':
      return deadline(before, state);
    default:
      return [];
  }
}

function statusLines(
  data: Readonly<Record<string, unknown>>,
  before: string,
  state: string,
  context: TimeLineContext,
): Line[] {
  if (before === state && before === 'INVOICED') return [];
  const status: Line = { step: 'status', title: `SEQR says ${String(data['status'])}` };
  if (state === 'UNLOCKING') {
    const detail = `${formatMoney({ minor: context.reservedMinor, currency: context.currency })} are held`;
    return [status, { step: 'reservation', title: 'Payer confirmed', detail, tone: 'good' }];
  }
  return [status, ...ending(before, state, context)];
}

/** What the operator reads when a purchase has come to its end. */
function ending(before: string, state: string, context: TimeLineContext): Line[] {
  if (before === state) return [];
  const { reservedMinor, committedMinor, currency } = context;
  switch (state) {
    case 'COMMITTED': {
      const charged = committedMinor ?? 0n;
      const released = formatMoney({ minor: reservedMinor - charged, currency });
      return [
        {
          step: 'end',
          title: `${formatMoney({ minor: charged, currency })} charged`,
          detail: `exactly what was dispensed; ${released} released`,
          tone: 'good',
        },
      ];
    }
    case 'RELEASED':
      return [{ step: 'end', title: 'Nothing charged', detail: 'the whole reservation was released', tone: 'neutral' }];
    case 'CANCELLED':
      return [{ step: 'end', title: 'Nothing charged', detail: 'the payer did not confirm', tone: 'neutral' }];
    case 'REFUSED':
      return [{ step: 'end', title: 'Nothing charged', detail: 'there was no invoice', tone: 'warning' }];
    case 'REVIEW':
      return [{ step: 'review', title: 'A person must decide', tone: 'bad' }];
    default:
      return [];
  }
}

function deadline(before: string, state: string): Line[] {
  if (before === state) return [];
  if (state === 'CANCELLING') return [{ step: 'release', title: 'Not confirmed in time', tone: 'warning' }];
  if (state === 'CLOSING') return [{ step: 'close', title: 'Machine asked to lock', tone: 'warning' }];
  if (state === 'RELEASING') return [{ step: 'release', title: 'Machine not unlocked in time', tone: 'warning' }];
  return [];
}

function selectionLine(
  data: Readonly<Record<string, unknown>>,
  money: (minor: unknown) => string,
  vendName: (vendNumber: unknown) => string,
): Line {
  const name = vendName(data['vendNumber']);
  if (data['denied'] !== undefined) {
    return { step: 'selection', title: `${name} denied`, detail: textOf(data['denied']), tone: 'warning' };
  }
  return {
    step: 'selection',
    title: `${name} chosen`,
    detail: `selection ${String(data['selection'])}, ${money(data['approvedMinor'])}`,
  };
}

const CLOSE_REASONS: Readonly<Record<string, string>> = {
  machine: 'the payer was done',
  'payer-idle': 'the payer walked away',
  lifetime: 'the time was up',
  asked: 'we asked it to',
  reset: 'the machine was reset',
  'power-cut': 'after a power cut',
  'adapter-lost': 'the adapter was lost',
  'never-opened': 'it had never opened',
};

function closeReason(reason: string): string {
  return CLOSE_REASONS[reason] ?? reason;
}

function failure(data: Readonly<Record<string, unknown>>): string {
  const detail = textOf(data['detail']);
  switch (data['outcome']) {
    case 'not-sent':
      return `SEQR was not reached (${detail})`;
    case 'refused':
      return `SEQR refused: ${String(data['resultCode'])} ${detail}`;
    default:
      return `no clear answer from SEQR (${detail})`;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function evidenceOf(event: LoggedEvent): string[] {
  const serial = event.data['serial'];
  return Array.isArray(serial) ? serial.map(String) : [];
}

const STATE_LABELS: Readonly<Record<string, { label: string; tone: Tone }>> = {
  NEW: { label: 'Asking SEQR for an invoice', tone: 'progress' },
  INVOICED: { label: 'Waiting for the payer', tone: 'progress' },
  CANCELLING: { label: 'Cancelling', tone: 'progress' },
  UNLOCKING: { label: 'Unlocking', tone: 'progress' },
  UNLOCKED: { label: 'Payer is choosing', tone: 'progress' },
  CLOSING: { label: 'Locking', tone: 'progress' },
  SETTLING: { label: 'Settling', tone: 'progress' },
  RELEASING: { label: 'Releasing', tone: 'progress' },
  COMMITTED: { label: 'Charged', tone: 'good' },
  RELEASED: { label: 'Released', tone: 'neutral' },
  CANCELLED: { label: 'Cancelled', tone: 'neutral' },
  REFUSED: { label: 'No invoice', tone: 'warning' },
  REVIEW: { label: 'Needs review', tone: 'bad' },
};

export function stateLabelOf(state: string): { label: string; tone: Tone } {
  return STATE_LABELS[state] ?? { label: state, tone: 'neutral' };
}
