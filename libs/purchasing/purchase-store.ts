import { Batches } from '#platform/batches.js';
import { type Database, isConflict, isUndone, sql, violatedConstraint } from '#platform/database.js';
import type { Ids } from '#platform/ids.js';
import { DEAD_AFTER_MS } from '#platform/server-instance.js';
import { type Beginning, begin } from '#purchase/reserve-first/lifecycle.js';
import type { Act, ActKind, Purchase } from '#purchase/reserve-first/purchase.js';

import { machineEventTaken } from './machine-stream.js';
import type { OfferCatalogue } from './offer-catalogue.js';
import {
  type Change,
  type ClaimedAct,
  EventTakenError,
  InvoiceReferenceTakenError,
  type MachineEventRecord,
  MachineHeldError,
  type PurchaseRequest,
  type PurchaseStore,
} from './ports.js';
import type { PurchasePrincipals } from './purchase-principals.js';
import { type PurchaseRow, detailsOf, purchaseOf } from './purchase-record.js';
import { type SavedRow, callsInsert, conflictAt, stepStatement } from './step-statement.js';

/**
 * A server that lives has this long after an act fell due to do it before another may think it forgot: longer than any
 * call's deadline (6 s to SEQR, 2 s to the broker).
 */
const LEASE_MS = 15_000;

const DEAD_AFTER = sql`make_interval(secs => ${DEAD_AFTER_MS / 1_000}::float8)`;

const purchaseColumns = sql`id, machine_id, state, version, currency, offered_minor, reserved_minor, invoice_reference,
  ers_reference, grant_number, planogram_id, price_list_id, details, started_at`;

interface Began {
  id: string;
  grant_number: bigint;
  seqr_terminal_id: string | null;
  seqr_terminal_secret: Uint8Array | null;
}

interface Start {
  readonly purchase: Purchase;
  readonly request: PurchaseRequest;
}

interface Terminal {
  issued_by: string | null;
  terminal_id: string | null;
  terminal_secret: Uint8Array | null;
}

/** Purchases in PostgreSQL. Each call is one transaction, or shares one with the same call for other purchases. */
export class PostgresPurchaseStore implements PurchaseStore {
  private readonly starts = new Batches<Start, Began>({
    together: (starts) => this.beginAll(starts),
    isUndone,
  });
  private readonly reads = new Batches<string, PurchaseRow | undefined>({
    together: (ids) => this.readAll(ids),
    isUndone,
  });
  private readonly steps = new Batches<Change, undefined>({
    together: (changes) => this.writeAll(changes),
    isUndone,
    // What is under way comes to its end before anybody new is told of an invoice (I32).
    goesFirst: ({ before }) => before.state !== 'NEW',
  });

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
    const began = await this.starts.do({ purchase, request });
    this.principals?.remember(purchase, began.seqr_terminal_id, began.seqr_terminal_secret);
    return { ...purchase, grantNumber: Number(began.grant_number) };
  }

  private async beginAll(starts: readonly Start[]): Promise<(Began | MachineHeldError)[]> {
    const beginnings = JSON.stringify(starts.map((start) => startRow(start)));
    const rows = await this.database.queryByKey<Began>(sql`
      WITH beginning AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(${beginnings}::jsonb) AS b(id uuid, machine_id text, state text, currency text,
          offered_minor bigint, reserved_minor bigint, payer text, request_key text, planogram_id uuid,
          price_list_id uuid, details jsonb, started_at timestamptz(3), data jsonb, kind text,
          leased_until timestamptz(3)) ORDER BY machine_id, id
      ), terminal AS (
        -- A share of the lock under which a removal begins: no purchase begins under a terminal that is on its way out.
        SELECT machine_id, seqr_terminal_id, seqr_terminal_secret FROM beginning, LATERAL (
          SELECT seqr_terminal_id, seqr_terminal_secret FROM machines
          WHERE machines.id = beginning.machine_id AND seqr_terminal_state IN ('registered', 'labelled')
          LIMIT 1 FOR SHARE) its
      ), purchase AS (
        INSERT INTO purchases (id, machine_id, lifecycle, state, holds_machine, version, currency, offered_minor,
          reserved_minor, payer, request_key, planogram_id, price_list_id, details, event_head, started_at,
          seqr_terminal_id)
        SELECT id, machine_id, 'reserve-first', state, true, 1, currency, offered_minor, reserved_minor, payer,
          request_key, planogram_id, price_list_id, details, sha256(convert_to(concat_ws('|', 1, 'PurchaseStarted', state,
            (extract(epoch FROM started_at) * 1000)::bigint, data::text), 'UTF8')), started_at, seqr_terminal_id
        FROM beginning LEFT JOIN terminal USING (machine_id)
        ON CONFLICT (machine_id) WHERE holds_machine DO NOTHING
        RETURNING id, machine_id, grant_number, event_head
      ), event AS (
        INSERT INTO purchase_events (purchase_id, seq, at, type, data, state, hash)
        SELECT id, 1, started_at, 'PurchaseStarted', data, state, event_head FROM purchase JOIN beginning USING (id)
      ), effect AS (
        INSERT INTO effects (purchase_id, seq, kind, due_at, leased_by, leased_until)
        SELECT id, 1, kind, started_at, ${this.serverId}::uuid, leased_until FROM purchase JOIN beginning USING (id)
      )
      SELECT id::text, grant_number, seqr_terminal_id, seqr_terminal_secret
      FROM purchase LEFT JOIN terminal USING (machine_id)`);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return starts.map(({ purchase }) => byId.get(purchase.id) ?? new MachineHeldError(purchase.machineId));
  }

  async load(purchaseId: string): Promise<Purchase | null> {
    const row = await this.reads.do(purchaseId);
    return row === undefined ? null : this.purchaseAt(row);
  }

  /** With whose each purchase is: what a sweep claims is called for at once, and would be a read each. */
  async loadAll(purchaseIds: readonly string[]): Promise<Purchase[]> {
    const rows = await this.database.query<PurchaseRow & Terminal>(sql`
      SELECT ${purchaseColumns}, issued_by, terminal_id, terminal_secret
      FROM (SELECT *, seqr_terminal_id AS issued_by FROM purchases WHERE id = ANY(${purchaseIds}::uuid[])) AS those
      JOIN (SELECT id AS its_machine, seqr_terminal_id AS terminal_id, seqr_terminal_secret AS terminal_secret
        FROM machines) AS terminals ON its_machine = machine_id`);
    const read = await Promise.allSettled(
      rows.map((row) => {
        // An invoice whose terminal is gone has nobody to go on as: that is said where it is asked for.
        if (row.issued_by === null || row.issued_by === row.terminal_id)
          this.principals?.remember({ id: row.id, machineId: row.machine_id }, row.issued_by, row.terminal_secret);
        return this.purchaseAt(row);
      }),
    );
    return read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  }

  private async purchaseAt(row: PurchaseRow): Promise<Purchase> {
    return purchaseOf(row, await this.catalogue.prices(row.planogram_id, row.price_list_id));
  }

  private async readAll(ids: readonly string[]): Promise<(PurchaseRow | undefined)[]> {
    const rows = await this.database.queryByKey<PurchaseRow>(
      sql`SELECT ${purchaseColumns} FROM purchases WHERE id = ANY(${ids}::uuid[])`,
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id));
  }

  async save(change: Change): Promise<void> {
    try {
      if (change.after !== change.before) await this.steps.do(change);
      else if (change.machineEvent !== undefined) await this.takeInOnly(change.before, change.machineEvent);
      else if (change.calls.length > 0) await this.database.query(callsInsert(change));
    } catch (error) {
      if (violatedConstraint(error) === 'purchases_invoice_reference_key') {
        throw new InvoiceReferenceTakenError(change.after.id);
      }
      if (isConflict(error)) throw conflictAt(change.before);
      throw error;
    }
  }

  private async writeAll(changes: readonly Change[]): Promise<(Error | undefined)[]> {
    const { statement, failuresIn } = stepStatement(changes, {
      leaseOf: (act) => this.leaseOf(act),
      serverId: this.serverId,
      caseId: () => this.ids.uuid(),
    });
    return failuresIn(await this.database.queryByKey<SavedRow>(statement));
  }

  /** A machine's event that changes nothing at the purchase, which must be what it was looked at as (I27). */
  private async takeInOnly({ id, version }: Purchase, event: MachineEventRecord): Promise<void> {
    const rows = await this.database.query(sql`
      WITH ${machineEventTaken(event)}, same AS (
        SELECT id FROM purchases, taken WHERE id = ${id}::uuid AND version = ${version} FOR NO KEY UPDATE OF purchases
      ) SELECT CASE WHEN NOT EXISTS (SELECT FROM same) THEN refuse_conflict() END FROM taken`);
    if (rows.length === 0) throw new EventTakenError('not the next event of its journal');
  }

  /** The server that decided an act does it: now, or when it falls due, for as long as it lives. */
  private leaseOf({ dueAt }: Act): { dueAt: Date; until: Date } {
    return { dueAt: new Date(dueAt), until: new Date(Math.max(dueAt, this.clock.now()) + LEASE_MS) };
  }

  async claimDue(limit: number, dropped: readonly string[]): Promise<ClaimedAct[]> {
    const rows = await this.database.queryByKey<{
      purchase_id: string;
      kind: ActKind;
      due_at: Date;
      begun: boolean;
    }>(sql`
      WITH due AS (
        -- Who lives is read once, when the first act that is leased comes up.
        SELECT ctid AS place, leased_by FROM effects
        WHERE done_at IS NULL AND due_at <= now() AND (leased_by IS NULL OR leased_until < now()
          OR leased_by <> ALL (ARRAY(SELECT id FROM server_instances WHERE heartbeat_at > now() - ${DEAD_AFTER}))
          OR (leased_by = ${this.serverId}::uuid AND purchase_id = ANY(${dropped}::uuid[])))
        ORDER BY due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
      )
      UPDATE effects SET leased_by = ${this.serverId}::uuid,
        leased_until = now() + make_interval(secs => ${LEASE_MS / 1_000}::float8)
      FROM due LEFT JOIN server_instances ON server_instances.id = due.leased_by
      -- Another server was quicker: what it wrote lies in another place, which this statement does not see.
      WHERE effects.ctid = due.place
      -- A server acts while it counts as living, and on nothing that is not due. One that left is not there to ask.
      RETURNING effects.purchase_id::text, effects.kind, effects.due_at, due.leased_by IS NOT NULL
        AND effects.due_at < coalesce(heartbeat_at + ${DEAD_AFTER}, 'infinity') AS begun`);
    return rows.map((row) => ({
      purchaseId: row.purchase_id,
      act: { kind: row.kind, dueAt: row.due_at.getTime() },
      begun: row.begun,
    }));
  }
}

function startRow({ purchase, request }: Start): object {
  return {
    id: purchase.id,
    machine_id: purchase.machineId,
    state: purchase.state,
    currency: purchase.currency,
    offered_minor: purchase.offeredMinor.toString(),
    reserved_minor: purchase.reservedMinor.toString(),
    payer: request.payer,
    request_key: request.requestKey,
    planogram_id: purchase.planogramId,
    price_list_id: purchase.priceListId,
    details: detailsOf(purchase),
    started_at: new Date(purchase.startedAt),
    data: { offeredMinor: purchase.offeredMinor.toString() },
    kind: purchase.next?.kind,
    leased_until: new Date(purchase.startedAt + LEASE_MS),
  };
}
