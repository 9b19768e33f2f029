/**
 * What the operators' API answers and the console shows. Types only: shared by the API and the browser.
 *
 * Times are ISO 8601 in UTC; the console shows them in the operator's zone. Amounts are exact decimal strings.
 */
export interface AmountView {
  /** "12.50" */
  readonly amount: string;
  readonly currency: string;
}

/** `unknown` until the first word from the machine. */
export type PresenceView = 'online' | 'offline' | 'unknown';

export interface MachineView {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly simulated: boolean;
  /** The link between the bridge and the server. */
  readonly presence: PresenceView;
  /** Since when the presence is what it is; null when never seen. */
  readonly presenceSince: string | null;
  readonly lastSeenAt: string | null;
  /** What the machine itself says; null when never seen. */
  readonly machineState: 'ready' | 'in-use' | 'disabled' | 'inactive' | 'adapter-lost' | null;
  readonly detail: string | null;
  /** Taken out of service by an operator. */
  readonly outOfService: boolean;
  readonly currency: string;
  /** The cheapest thing that can be bought now; null when sold out. */
  readonly cheapest: AmountView | null;
  readonly slots: number;
  readonly slotsSoldOut: number;
  readonly adapter: string | null;
  readonly software: string | null;
  /** The purchase that holds the machine now. */
  readonly livePurchase: PurchaseSummaryView | null;
  readonly lastPurchaseAt: string | null;
  /** Open ones about the machine itself, the newest first; those of a purchase stand with it. */
  readonly reviewCases: readonly ReviewCaseView[];
  /** The text of the QR code on the machine. */
  readonly qrText: string;
}

/** The state of the purchase in the operator's words comes with it, as `stateLabel`. */
export interface PurchaseSummaryView {
  readonly id: string;
  readonly machineId: string;
  readonly machineName: string;
  readonly state: string;
  readonly stateLabel: string;
  /** How the console colours it. */
  readonly tone: Tone;
  readonly isOver: boolean;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly reserved: AmountView;
  readonly committed: AmountView | null;
  readonly released: AmountView | null;
  readonly invoiceReference: string | null;
}

export type Tone = 'neutral' | 'progress' | 'good' | 'warning' | 'bad';

export interface VendView {
  readonly number: number;
  readonly selection: number;
  readonly product: string | null;
  readonly price: AmountView;
  readonly result: 'selected' | 'denied' | 'dispensed' | 'failed' | 'uncertain';
}

/** One line of the time line. */
export interface TimeLineEntryView {
  readonly at: string;
  /** Milliseconds since the scan. */
  readonly sinceStartMs: number;
  readonly step: TimeLineStep;
  /** "Reservation confirmed" */
  readonly title: string;
  /** "20.00 EUR are held until 14:32" */
  readonly detail: string | null;
  readonly tone: Tone;
  /** SEQR call, result code, serial lines: for those who look closer. */
  readonly evidence: readonly string[];
}

export type TimeLineStep =
  | 'scan'
  | 'invoice'
  | 'notification'
  | 'status'
  | 'reservation'
  | 'grant'
  | 'unlock'
  | 'selection'
  | 'vend'
  | 'close'
  | 'update'
  | 'commit'
  | 'release'
  | 'receipt'
  | 'review'
  | 'end';

export interface SeqrCallView {
  readonly at: string;
  readonly operation: string;
  readonly durationMs: number;
  readonly outcome: 'answered' | 'refused' | 'not-sent' | 'unknown';
  readonly resultCode: number | null;
  readonly resultName: string | null;
  readonly detail: string | null;
}

export interface PurchaseView extends PurchaseSummaryView {
  readonly ersReference: string | null;
  readonly grantNumber: number | null;
  readonly vends: readonly VendView[];
  readonly timeLine: readonly TimeLineEntryView[];
  readonly seqrCalls: readonly SeqrCallView[];
  readonly reviewCases: readonly ReviewCaseView[];
}

/** What a person has to decide, or should know. */
export interface ReviewCaseView {
  readonly at: string;
  readonly reason: string;
  readonly amount: AmountView | null;
}

/** The machine's own principal at SEQR. */
export interface SeqrTerminalView {
  readonly machineId: string;
  readonly machineName: string;
  /** It takes payments as `registered` and `labelled`; otherwise the reseller does for it. */
  readonly state: 'none' | 'registering' | 'registered' | 'labelled' | 'unregistering';
  readonly terminalId: string | null;
  /** The text of its static code; null until it is labelled. */
  readonly staticCode: string | null;
  /** Terminals that SEQR may have registered for this machine and that nobody can use: each is a review case. */
  readonly orphans: number;
}

/**
 * The operators' API (same origin, session cookie):
 * - `POST   /api/session` with `{ token }`: 204 and the cookie, or 401. `DELETE /api/session`: 204.
 * - `GET    /api/system`: SystemView
 * - `GET    /api/machines`: MachineView[]
 * - `GET    /api/machines/:id/seqr-terminal`: SeqrTerminalView; `POST` gives it one, `DELETE` takes it away
 * - `GET    /api/machines/:id/sticker.svg`, `.pdf` (`?code=scan-first` or `static`); `GET /api/stickers.pdf`: all machines
 * - `GET    /api/purchases?machineId=&limit=` (newest first, limit 1 to 200, 50 by default): PurchaseSummaryView[]
 * - `GET    /api/purchases/:id`: PurchaseView, or 404
 * - `GET    /api/live`: server-sent events, `data: LiveNotice`; a comment line every 15 s
 *
 * Errors are `{ "error": { "code": "...", "message": "..." } }`.
 */
export type LiveNotice =
  | { readonly kind: 'machine'; readonly machineId: string }
  | { readonly kind: 'purchase'; readonly purchaseId: string; readonly machineId: string };

export interface SystemView {
  readonly version: string;
  /** ISO 8601: the server's clock, to show how far the operator's is off. */
  readonly now: string;
  readonly seqrEndpoint: string;
}
