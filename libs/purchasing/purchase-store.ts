import { type Database, type Sql, joinSql, noSql, sql, violatedConstraint, isConflict } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { DEAD_AFTER_MS } from '#platform/server-instance.js';
import { type Beginning, begin } from '#purchase/reserve-first/lifecycle.js';
import { type Act, type ActKind, type Purchase, committedMinor } from '#purchase/reserve-first/purchase.js';

import { machineEventTaken } from './machine-stream.js';
import type { OfferCatalogue } from './offer-catalogue.js';
import {
  type Change,
  type ClaimedAct,
  ConflictError,
  EventTakenError,
  InvoiceReferenceTakenError,
  type MachineEventRecord,
  MachineHeldError,
  type PurchaseRequest,
  type PurchaseStore,
} from './ports.js';
import type { PurchasePrincipals } from './purchase-principals.js';
import { type PurchaseRow, detailsOf, holdsMachine, jsonOf, purchaseOf } from './purchase-record.js';
import {
  callsInsert,
  callsPart,
  newlyDispensed,
  postingsBy,
  postingsPart,
  stockPart,
  vendsPart,
} from './step-parts.js';

/**
 * A server that lives has this long after an act fell due to do it before another may think it forgot: longer than any
 * call's deadline (6 s to SEQR, 2 s to the broker).
 */
const LEASE_MS = 15_000;

const DEAD_AFTER = sql`make_interval(secs => ${DEAD_AFTER_MS / 1_000}::float8)`;

/** A case about money is looked at within three days; SEQR's own reports settle most doubts in one. */
const DECIDE_WITHIN_MS = 3 * 24 * 3_600_000;

const purchaseColumns = sql`id, machine_id, state, version, currency, offered_minor, reserved_minor, invoice_reference,
  ers_reference, grant_number, planogram_id, price_list_id, details, started_at`;

interface Began {
  grant_number: bigint;
  seqr_terminal_id: string | null;
  seqr_terminal_secret: Uint8Array | null;
}

interface Terminal {
  issued_by: string | null;
  terminal_id: string | null;
  terminal_secret: Uint8Array | null;
}

/** Purchases in PostgreSQL. Every method is one transaction. */
export class PostgresPurchaseStore implements PurchaseStore {
  constructor(
    private readonly database: Database,
    private readonly catalogue: OfferCatalogue,
    private readonly ids: Ids,
    private readonly clock: { now(): number },
    private readonly serverId: string,
    /** Told of what each purchase begins as; without it, that is read when it is needed. */
    private readonly principals?: Pick<PurchasePrincipals, 'remember'>,
  ) {}

  async begin(beginning: Omit<Beginning, 'grantNumber'>, request: PurchaseRequest): Promise<Purchase> {
    const purchase = begin({ ...beginning, grantNumber: 0 }, this.clock.now());
    const startedAt = new Date(purchase.startedAt);
    const details = JSON.stringify(detailsOf(purchase));
    const scanned = JSON.stringify({ offeredMinor: purchase.offeredMinor.toString() });
    try {
      const rows = await this.database.query<Began>(sql`
        WITH terminal AS (
          -- A share of the lock under which a removal begins: no purchase begins under a terminal that is on its way out.
          SELECT seqr_terminal_id, seqr_terminal_secret FROM machines
          WHERE id = ${purchase.machineId} AND seqr_terminal_state IN ('registered', 'labelled') FOR SHARE
        ), purchase AS (
          INSERT INTO purchases (id, machine_id, lifecycle, state, holds_machine, version, currency, offered_minor,
            reserved_minor, payer, request_key, planogram_id, price_list_id, details, event_head, started_at,
            seqr_terminal_id)
          VALUES (${purchase.id}::uuid, ${purchase.machineId}, 'reserve-first', ${purchase.state}, true, 1,
            ${purchase.currency}, ${purchase.offeredMinor}, ${purchase.reservedMinor}, ${request.payer},
            ${request.requestKey}, ${purchase.planogramId}::uuid, ${purchase.priceListId}::uuid, ${details}::jsonb,
            ${chained(sql`''::bytea`, 1, 'PurchaseStarted', purchase.state, startedAt, scanned)}, ${startedAt},
            (SELECT seqr_terminal_id FROM terminal))
          RETURNING id, grant_number, event_head
        ), event AS (
          INSERT INTO purchase_events (purchase_id, seq, at, type, data, state, hash)
          SELECT id, 1, ${startedAt}, 'PurchaseStarted', ${scanned}::jsonb, ${purchase.state}, event_head FROM purchase
        ), effect AS (
          INSERT INTO effects (purchase_id, seq, kind, due_at, leased_by, leased_until)
          SELECT id, 1, ${purchase.next?.kind}, ${startedAt}, ${this.serverId}::uuid,
            ${new Date(purchase.startedAt + LEASE_MS)} FROM purchase
        )
        SELECT grant_number, seqr_terminal_id, seqr_terminal_secret FROM purchase LEFT JOIN terminal ON true`);
      this.principals?.remember(purchase, rows[0]?.seqr_terminal_id ?? null, rows[0]?.seqr_terminal_secret ?? null);
      return { ...purchase, grantNumber: Number(rows[0]?.grant_number ?? 0n) };
    } catch (error) {
      if (violatedConstraint(error) === 'purchases_one_live_per_machine')
        throw new MachineHeldError(purchase.machineId);
      throw error;
    }
  }

  async load(purchaseId: string): Promise<Purchase | null> {
    const rows = await this.database.query<PurchaseRow>(
      sql`SELECT ${purchaseColumns} FROM purchases WHERE id = ${purchaseId}::uuid`,
    );
    const row = rows[0];
    if (!row) return null;
    return this.purchaseAt(row);
  }

  /** With whose each purchase is: what a sweep claims is called for at once, and would be a read each. */
  async loadAll(purchaseIds: readonly string[]): Promise<Purchase[]> {
    const rows = await this.database.query<PurchaseRow & Terminal>(sql`
      SELECT ${purchaseColumns}, issued_by, terminal_id, terminal_secret
      FROM (SELECT *, seqr_terminal_id AS issued_by FROM purchases WHERE id = ANY(${purchaseIds}::uuid[])) AS those
      JOIN (SELECT id AS its_machine, seqr_terminal_id AS terminal_id, seqr_terminal_secret AS terminal_secret
        FROM machines) AS terminals ON its_machine = machine_id`);
    return Promise.all(
      rows.map((row) => {
        // An invoice whose terminal is gone has nobody to go on as: that is said where it is asked for.
        if (row.issued_by === null || row.issued_by === row.terminal_id)
          this.principals?.remember({ id: row.id, machineId: row.machine_id }, row.issued_by, row.terminal_secret);
        return this.purchaseAt(row);
      }),
    );
  }

  private async purchaseAt(row: PurchaseRow): Promise<Purchase> {
    return purchaseOf(row, await this.catalogue.prices(row.planogram_id, row.price_list_id));
  }

  async save(change: Change): Promise<void> {
    try {
      if (change.machineEvent !== undefined) await this.takeIn(change, change.machineEvent);
      else if (change.after !== change.before) await this.write(change);
      else if (change.calls.length > 0) await this.database.query(callsInsert(change));
    } catch (error) {
      if (violatedConstraint(error) === 'purchases_invoice_reference_key') {
        throw new InvoiceReferenceTakenError(change.after.id);
      }
      if (isConflict(error)) throw conflictAt(change.before);
      throw error;
    }
  }

  private async write(change: Change): Promise<void> {
    const parts = joinSql(this.stepParts(change, noSql));
    const rows = await this.database.query(sql`WITH ${parts} SELECT FROM saved`);
    if (rows.length === 0) throw conflictAt(change.before);
  }

  /**
   * The machine's event and what it did to the purchase, together or not at all (I27): nothing is saved unless the event is
   * the next of its journal, and all is undone when the purchase was not at the version that the step started from.
   */
  private async takeIn(change: Change, event: MachineEventRecord): Promise<void> {
    const { before, after } = change;
    const parts = joinSql([
      machineEventTaken(event),
      ...(after === before ? [stillThere(before)] : this.stepParts(change, sql`FROM taken`)),
    ]);
    const rows = await this.database.query(sql`WITH ${parts} SELECT
      CASE WHEN NOT EXISTS (SELECT FROM saved) THEN refuse_conflict() END FROM taken`);
    if (rows.length === 0) throw new EventTakenError('not the next event of its journal');
  }

  /**
   * The parts of one statement, one round trip, one commit: those that this step has something to write with. `saved` has a
   * row when the version still was what the step started from, and every other part hangs on it. There are some dozens of
   * combinations, each planned once a connection.
   *
   * @param also what else `saved` takes rows from: without one there, nothing is saved.
   */
  private stepParts(change: Change, also: Sql): Sql[] {
    const { before, after, event, at, cases, calls } = change;
    const endedAt = after.end === null ? null : new Date(after.end.at);
    const { type, ...data } = event;
    const eventData = JSON.stringify(jsonOf(data));
    const parts = [
      sql`saved AS (
        UPDATE purchases SET state = ${after.state}, holds_machine = ${holdsMachine(after)}, version = ${after.version},
          committed_minor = ${committedMinor(after)}, invoice_reference = ${after.invoiceReference},
          ers_reference = ${after.ersReference}, details = ${JSON.stringify(detailsOf(after))}::jsonb,
          ended_at = ${endedAt},
          event_head = ${chained(sql`event_head`, after.version, type, after.state, new Date(at), eventData)}
        ${also} WHERE id = ${before.id}::uuid AND version = ${before.version}
        RETURNING id, purchases.machine_id, currency, event_head
      )`,
      sql`event AS (
        INSERT INTO purchase_events (purchase_id, seq, at, type, data, state, hash)
        SELECT id, ${after.version}, ${new Date(at)}, ${type}, ${eventData}::jsonb, ${after.state}, event_head FROM saved
      )`,
    ];
    const postings = postingsBy(before, after);
    if (postings.length > 0) parts.push(postingsPart(postings, after));
    // An act that stays keeps its row, and the lease of whoever is doing it.
    if (after.next !== before.next) parts.push(this.actPart(before, after));
    const vends = after.vends.filter((vend) => !before.vends.includes(vend));
    if (vends.length > 0) parts.push(vendsPart(vends));
    const delivered = newlyDispensed(before, after);
    if (delivered.length > 0) parts.push(stockPart(delivered));
    if (cases.length > 0) parts.push(this.casesPart(cases, at));
    if (calls.length > 0) parts.push(callsPart(calls));
    return parts;
  }

  /** The row of what is next: opened, moved on to the next act, or gone. */
  private actPart(before: Purchase, after: Purchase): Sql {
    const { next } = after;
    if (next === null) return sql`effect AS (DELETE FROM effects USING saved WHERE purchase_id = saved.id)`;
    const { dueAt, until } = this.leaseOf(next);
    return before.next === null
      ? sql`effect AS (
          INSERT INTO effects (purchase_id, seq, kind, due_at, leased_by, leased_until)
          SELECT id, ${after.version}, ${next.kind}, ${dueAt}, ${this.serverId}::uuid, ${until} FROM saved
        )`
      : sql`effect AS (
          UPDATE effects SET seq = ${after.version}, kind = ${next.kind}, due_at = ${dueAt},
            leased_by = ${this.serverId}::uuid, leased_until = ${until}
          FROM saved WHERE purchase_id = saved.id
        )`;
  }

  private casesPart(cases: Change['cases'], at: number): Sql {
    const opened = cases.map((one) => ({ id: this.ids.uuid(), ...jsonOf(one) }));
    return sql`review AS (
      INSERT INTO review_cases (id, purchase_id, machine_id, reason, amount_minor, currency, known, suggested_action,
        opened_at, deadline)
      SELECT c.id, saved.id, saved.machine_id, c.reason, c."amountMinor", saved.currency, c.known,
        c."suggestedAction", ${new Date(at)}, ${new Date(at + DECIDE_WITHIN_MS)}
      FROM saved, jsonb_to_recordset(${JSON.stringify(opened)}::jsonb) AS c(id uuid, reason text,
        "amountMinor" bigint, known text, "suggestedAction" text)
    )`;
  }

  /** The server that decided an act does it: now, or when it falls due, for as long as it lives. */
  private leaseOf({ dueAt }: Act): { dueAt: Date; until: Date } {
    return { dueAt: new Date(dueAt), until: new Date(Math.max(dueAt, this.clock.now()) + LEASE_MS) };
  }

  async claimDue(limit: number, dropped: readonly string[]): Promise<ClaimedAct[]> {
    const rows = await this.database.query<{ purchase_id: string; kind: ActKind; due_at: Date; begun: boolean }>(sql`
      WITH due AS (
        -- A server acts while it counts as living, and on nothing that is not due. One that left is not there to ask.
        SELECT purchase_id, seq, leased_by IS NOT NULL
          AND due_at < coalesce(heartbeat_at + ${DEAD_AFTER}, 'infinity') AS begun
        FROM effects LEFT JOIN server_instances ON server_instances.id = leased_by
        WHERE due_at <= now() AND (leased_by IS NULL OR leased_until < now()
          OR heartbeat_at IS NULL OR heartbeat_at <= now() - ${DEAD_AFTER}
          OR (leased_by = ${this.serverId}::uuid AND purchase_id = ANY(${dropped}::uuid[])))
        ORDER BY due_at LIMIT ${limit} FOR UPDATE OF effects SKIP LOCKED
      )
      UPDATE effects SET leased_by = ${this.serverId}::uuid,
        leased_until = now() + make_interval(secs => ${LEASE_MS / 1_000}::float8)
      FROM due WHERE effects.purchase_id = due.purchase_id AND effects.seq = due.seq
      RETURNING effects.purchase_id::text, effects.kind, effects.due_at, due.begun`);
    return rows.map((row) => ({
      purchaseId: row.purchase_id,
      act: { kind: row.kind, dueAt: row.due_at.getTime() },
      begun: row.begun,
    }));
  }
}

/** The next link of the chain: SHA-256 over the link before and the event as PostgreSQL keeps it. */
function chained(previous: Sql, seq: number, type: string, state: string, at: Date, data: string): Sql {
  return sql`sha256(${previous} || convert_to(concat_ws('|', ${seq}::int, ${type}::text, ${state}::text,
    (extract(epoch FROM ${at}::timestamptz(3)) * 1000)::bigint, ${data}::jsonb::text), 'UTF8'))`;
}

/** A step that changes nothing: the purchase, held at the version that it was looked at. */
function stillThere({ id, version }: Purchase): Sql {
  return sql`saved AS (
    SELECT id FROM purchases, taken WHERE id = ${id}::uuid AND version = ${version} FOR NO KEY UPDATE OF purchases
  )`;
}

function conflictAt({ id, version }: Purchase): ConflictError {
  return new ConflictError(`purchase ${id} is not at version ${version}`);
}
