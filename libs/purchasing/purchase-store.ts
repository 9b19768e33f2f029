import { type Database, type Sql, type Transaction, joinSql, sql, violatedConstraint } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { DEAD_AFTER_MS } from '#platform/server-instance.js';
import { postingsOf } from '#purchase/reserve-first/ledger.js';
import { type Beginning, begin } from '#purchase/reserve-first/lifecycle.js';
import { type Act, type ActKind, type Purchase, committedMinor } from '#purchase/reserve-first/purchase.js';

import { takeMachineEvent } from './machine-stream.js';
import type { OfferCatalogue } from './offer-catalogue.js';
import {
  type Change,
  type ClaimedAct,
  ConflictError,
  EventTakenError,
  InvoiceReferenceTakenError,
  MachineHeldError,
  type PurchaseRequest,
  type PurchaseStore,
} from './ports.js';
import type { PurchasePrincipals } from './purchase-principals.js';
import { type PurchaseRow, detailsOf, holdsMachine, jsonOf, purchaseOf } from './purchase-record.js';

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
    return purchaseOf(row, await this.catalogue.prices(row.planogram_id, row.price_list_id));
  }

  async save(change: Change): Promise<void> {
    try {
      if (change.machineEvent === undefined) await this.write(this.database.client, change);
      else await this.database.transaction((transaction) => this.takeIn(transaction, change));
    } catch (error) {
      if (violatedConstraint(error) === 'purchases_invoice_reference_key') {
        throw new InvoiceReferenceTakenError(change.after.id);
      }
      throw error;
    }
  }

  /** The machine's event and what it did to the purchase, together or not at all (I27). */
  private async takeIn(transaction: Transaction, change: Change): Promise<void> {
    const event = change.machineEvent;
    if (event === undefined) return;
    if (!(await takeMachineEvent(transaction, event))) throw new EventTakenError('not the next event of its journal');
    if (change.after === change.before) await requireVersion(transaction, change.before);
    await this.write(transaction, change);
  }

  private async write(client: Pick<Transaction, '$queryRaw'>, change: Change): Promise<void> {
    if (change.after === change.before) {
      if (change.calls.length > 0) await client.$queryRaw(callsInsert(change));
      return;
    }
    const rows = await client.$queryRaw<unknown[]>(this.stepStatement(change));
    if (rows.length === 0) throw conflictAt(change.before);
  }

  /** One statement, one round trip, one commit. It returns a row when the version still was what the step started from. */
  private stepStatement({ before, after, event, at, cases, calls }: Change) {
    const endedAt = after.end === null ? null : new Date(after.end.at);
    const { type, ...data } = event;
    const eventData = JSON.stringify(jsonOf(data));
    const vends = after.vends.map((vend) => ({ ...jsonOf(vend), selectedAt: new Date(vend.selectedAt).toISOString() }));
    const opened = cases.map((one) => ({ id: this.ids.uuid(), ...jsonOf(one) }));
    // An act that stays keeps its row, and the lease of whoever is doing it.
    const isDecided = after.next !== before.next;
    const lease = this.leaseOf(isDecided ? after.next : null);
    const delivered = newlyDispensed(before, after);
    return sql`
      WITH saved AS (
        UPDATE purchases SET state = ${after.state}, holds_machine = ${holdsMachine(after)}, version = ${after.version},
          committed_minor = ${committedMinor(after)}, invoice_reference = ${after.invoiceReference},
          ers_reference = ${after.ersReference}, details = ${JSON.stringify(detailsOf(after))}::jsonb,
          ended_at = ${endedAt},
          event_head = ${chained(sql`event_head`, after.version, type, after.state, new Date(at), eventData)}
        WHERE id = ${before.id}::uuid AND version = ${before.version}
        RETURNING id, machine_id, currency, event_head
      ), event AS (
        INSERT INTO purchase_events (purchase_id, seq, at, type, data, state, hash)
        SELECT id, ${after.version}, ${new Date(at)}, ${type}, ${eventData}::jsonb, ${after.state}, event_head FROM saved
      ), posting AS (
        INSERT INTO postings (purchase_id, seq, account, amount_minor, currency)
        SELECT saved.id, ${after.version}, p.account, p."amountMinor", saved.currency
        FROM saved, jsonb_to_recordset(${JSON.stringify(postingsBy(before, after))}::jsonb)
          AS p(account text, "amountMinor" bigint)
      ), done AS (
        UPDATE effects SET done_at = now(), outcome = ${type}
        WHERE ${isDecided} AND purchase_id IN (SELECT id FROM saved) AND done_at IS NULL
        RETURNING purchase_id
      ), closed AS (
        SELECT (SELECT count(*) FROM done) AS effects
      ), next AS (
        -- Using "closed" makes the old effect close before the new one opens: a purchase has one at most.
        INSERT INTO effects (purchase_id, seq, kind, due_at, leased_by, leased_until)
        SELECT id, ${after.version}, ${lease.kind}, ${lease.dueAt}, ${this.serverId}::uuid, ${lease.until}
        FROM saved, closed WHERE ${lease.kind}::text IS NOT NULL AND closed.effects >= 0
      ), vend AS (
        INSERT INTO vends (purchase_id, number, selection, price_minor, machine_price_minor, result, selected_at)
        SELECT saved.id, v.number, v.selection, v."priceMinor", v."machinePriceMinor", v.result, v."selectedAt"
        FROM saved, jsonb_to_recordset(${JSON.stringify(vends)}::jsonb) AS v(number int, selection int,
          "priceMinor" bigint, "machinePriceMinor" bigint, result text, "selectedAt" timestamptz)
        ON CONFLICT (purchase_id, number) DO UPDATE SET result = EXCLUDED.result
      ), stock AS (
        UPDATE slot_stocks SET quantity = greatest(quantity - d.count, 0)
        FROM saved, jsonb_to_recordset(${JSON.stringify(delivered)}::jsonb) AS d(selection int, count int)
        WHERE slot_stocks.machine_id = saved.machine_id AND slot_stocks.selection = d.selection
      ), review AS (
        INSERT INTO review_cases (id, purchase_id, machine_id, reason, amount_minor, currency, known, suggested_action,
          opened_at, deadline)
        SELECT c.id, saved.id, saved.machine_id, c.reason, c."amountMinor", saved.currency, c.known,
          c."suggestedAction", ${new Date(at)}, ${new Date(at + DECIDE_WITHIN_MS)}
        FROM saved, jsonb_to_recordset(${JSON.stringify(opened)}::jsonb) AS c(id uuid, reason text,
          "amountMinor" bigint, known text, "suggestedAction" text)
      ), call AS (
        INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code, detail)
        SELECT saved.id, c.operation, c."clientReference", c."sentAt", c."durationMs", c.outcome, c."resultCode", c.detail
        FROM saved, jsonb_to_recordset(${JSON.stringify(calls)}::jsonb) AS c(operation text, "clientReference" text,
          "sentAt" timestamptz, "durationMs" int, outcome text, "resultCode" int, detail text)
      )
      SELECT id::text FROM saved`;
  }

  /** The server that decided an act does it: now, or when it falls due, for as long as it lives. */
  private leaseOf(next: Act | null): { kind: string | null; dueAt: Date | null; until: Date | null } {
    if (next === null) return { kind: null, dueAt: null, until: null };
    const until = new Date(Math.max(next.dueAt, this.clock.now()) + LEASE_MS);
    return { kind: next.kind, dueAt: new Date(next.dueAt), until };
  }

  async claimDue(limit: number, dropped: readonly string[]): Promise<ClaimedAct[]> {
    const rows = await this.database.query<{ purchase_id: string; kind: ActKind; due_at: Date; begun: boolean }>(sql`
      WITH due AS (
        -- A server acts while it counts as living, and on nothing that is not due. One that left is not there to ask.
        SELECT purchase_id, seq, leased_by IS NOT NULL
          AND due_at < coalesce(heartbeat_at + ${DEAD_AFTER}, 'infinity') AS begun
        FROM effects LEFT JOIN server_instances ON server_instances.id = leased_by
        WHERE done_at IS NULL AND due_at <= now() AND (leased_by IS NULL OR leased_until < now()
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

/** One row an account: several postings to one account in one step are one movement. */
function postingsBy(before: Purchase, after: Purchase): { account: string; amountMinor: string }[] {
  const accounts = new Map<string, bigint>();
  for (const { account, amountMinor } of postingsOf(before, after)) {
    accounts.set(account, (accounts.get(account) ?? 0n) + amountMinor);
  }
  return [...accounts]
    .filter(([, amountMinor]) => amountMinor !== 0n)
    .map(([account, amountMinor]) => ({ account, amountMinor: amountMinor.toString() }));
}

/** An event that means nothing is taken in only while it means nothing: to the newest record. */
async function requireVersion(client: Pick<Transaction, '$queryRaw'>, purchase: Purchase): Promise<void> {
  const rows = await client.$queryRaw<unknown[]>(
    sql`SELECT FROM purchases WHERE id = ${purchase.id}::uuid AND version = ${purchase.version}`,
  );
  if (rows.length === 0) throw conflictAt(purchase);
}

function conflictAt({ id, version }: Purchase): ConflictError {
  return new ConflictError(`purchase ${id} is not at version ${version}`);
}

function callsInsert({ before, calls }: Change) {
  const values = calls.map(
    (call) => sql`(${before.id}::uuid, ${call.operation}, ${call.clientReference}, ${new Date(call.sentAt)},
      ${Math.round(call.durationMs)}, ${call.outcome}, ${call.resultCode ?? null}, ${call.detail ?? null})`,
  );
  return sql`INSERT INTO seqr_calls (purchase_id, operation, client_reference, sent_at, duration_ms, outcome, result_code,
    detail) VALUES ${joinSql(values)} RETURNING id::text`;
}

/** What came out with this step, by selection: the stock goes down by it. */
function newlyDispensed(before: Purchase, after: Purchase): { selection: number; count: number }[] {
  const was = new Map(before.vends.map((vend) => [vend.number, vend.result]));
  const counts = new Map<number, number>();
  for (const vend of after.vends) {
    if (vend.result !== 'dispensed' || was.get(vend.number) === 'dispensed') continue;
    counts.set(vend.selection, (counts.get(vend.selection) ?? 0) + 1);
  }
  return [...counts].map(([selection, count]) => ({ selection, count }));
}
