import { Batches } from '#platform/batches.js';
import { type Database, isUndone, sql } from '#platform/database.js';
import { isCurrency, type Currency } from '#purchase/money.js';

/** A machine heard of within this time is online; it says so every 15 s, and the broker tells when it is gone. */
export const PRESENCE_FRESH_MS = 60_000;

/** A machine as createPurchase needs to see it: all in one read. */
export interface MachineAtScan {
  readonly id: string;
  readonly currency: Currency;
  readonly outOfService: boolean;
  /** Online, and heard of lately. */
  readonly online: boolean;
  readonly machineState: string | null;
  readonly reservationMaxMinor: bigint;
  readonly planogramId: string;
  readonly priceListId: string;
  readonly priceListVersion: number;
  /** Selections that hold something. */
  readonly inStock: readonly number[];
  /** The purchase that holds the machine. */
  readonly live: LivePurchase | null;
}

export interface LivePurchase {
  readonly id: string;
  readonly state: string;
  readonly requestKey: string;
  readonly invoiceReference: string | null;
  /** SEQR called for it: the payer has acted. */
  readonly notified: boolean;
}

/** What a machine is called on bills, and where it stands. */
export interface MachineNaming {
  readonly name: string;
  readonly location: string;
  /** IANA name. */
  readonly timeZone: string | null;
}

interface Row {
  id: string;
  reservation_token: string;
  currency: string;
  out_of_service: boolean;
  fresh: boolean | null;
  machine_state: string | null;
  reservation_max_minor: bigint;
  planogram_id: string;
  price_list_id: string;
  price_list_version: number;
  in_stock: number[] | null;
  live_id: string | null;
  live_state: string | null;
  live_request_key: string | null;
  live_invoice_reference: string | null;
  live_notified: boolean | null;
  name: string;
  location: string;
  time_zone: string | null;
}

/** A machine's name on bills changes so rarely that a minute-old one will do. */
const NAME_KEPT_MS = 60_000;
const NAMES_MAX = 50_000;

export class MachineDirectory {
  private readonly names = new Map<string, { at: number; names: Promise<MachineNaming> }>();
  private readonly scans = new Batches<string, Row | undefined>({
    together: (tokens) => this.readAll(tokens),
    isUndone,
  });

  constructor(private readonly database: Database) {}

  /** The machine whose QR code bears this token, or null for a token that none bears. */
  async atScan(reservationToken: string): Promise<MachineAtScan | null> {
    const row = await this.scans.do(reservationToken);
    if (row === undefined) return null;
    // Most machines have one payer in several minutes, and a bill is written a moment after the scan.
    this.keep(row.id, Promise.resolve({ name: row.name, location: row.location, timeZone: row.time_zone }));
    return machineOf(row);
  }

  private async readAll(tokens: readonly string[]): Promise<(Row | undefined)[]> {
    const rows = await this.database.queryByKey<Row>(sql`
      SELECT m.id, m.reservation_token, m.currency, m.out_of_service, m.reservation_max_minor, m.planogram_id::text, m.price_list_id::text,
        list.version AS price_list_version, presence.machine_state,
        presence.online AND presence.last_seen_at > now() - make_interval(secs => ${PRESENCE_FRESH_MS / 1_000}::float8)
          AS fresh,
        (SELECT array_agg(selection) FROM slot_stocks WHERE machine_id = m.id AND quantity > 0) AS in_stock,
        live.id::text AS live_id, live.state AS live_state, live.request_key AS live_request_key,
        live.invoice_reference AS live_invoice_reference,
        (live.details->>'notifiedAt') IS NOT NULL AS live_notified,
        m.name, m.location, m.time_zone
      FROM machines m
      JOIN price_lists list ON list.id = m.price_list_id
      LEFT JOIN machine_presences presence ON presence.machine_id = m.id
      -- With its limit it is looked up for each machine, and not joined with all purchases that hold one.
      LEFT JOIN LATERAL (SELECT * FROM purchases WHERE machine_id = m.id AND holds_machine LIMIT 1) live ON true
      WHERE m.reservation_token = ANY(${tokens}::text[])`);
    const byToken = new Map(rows.map((row) => [row.reservation_token, row]));
    return tokens.map((token) => byToken.get(token));
  }

  nameOf(machineId: string): Promise<MachineNaming> {
    const kept = this.names.get(machineId);
    if (kept !== undefined && kept.at > Date.now() - NAME_KEPT_MS) return kept.names;
    const names = this.database.client.machine
      .findUniqueOrThrow({ where: { id: machineId }, select: { name: true, location: true, timeZone: true } })
      .catch((error: unknown) => {
        this.names.delete(machineId);
        throw error;
      });
    this.keep(machineId, names);
    return names;
  }

  private keep(machineId: string, names: Promise<MachineNaming>): void {
    if (this.names.size >= NAMES_MAX) this.names.clear();
    this.names.set(machineId, { at: Date.now(), names });
  }
}

function machineOf(row: Row): MachineAtScan {
  if (!isCurrency(row.currency)) throw new Error(`machine ${row.id} sells in the unknown currency ${row.currency}`);
  return {
    id: row.id,
    currency: row.currency,
    outOfService: row.out_of_service,
    online: row.fresh === true,
    machineState: row.machine_state,
    reservationMaxMinor: row.reservation_max_minor,
    planogramId: row.planogram_id,
    priceListId: row.price_list_id,
    priceListVersion: row.price_list_version,
    inStock: row.in_stock ?? [],
    live:
      row.live_id === null || row.live_state === null || row.live_request_key === null
        ? null
        : {
            id: row.live_id,
            state: row.live_state,
            requestKey: row.live_request_key,
            invoiceReference: row.live_invoice_reference,
            notified: row.live_notified === true,
          },
  };
}
