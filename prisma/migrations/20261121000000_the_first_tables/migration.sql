-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "machines" (
    "id" TEXT NOT NULL,
    "reservation_token" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "out_of_service" BOOLEAN NOT NULL DEFAULT false,
    "reservation_max_minor" BIGINT NOT NULL DEFAULT 5000,
    "planogram_id" UUID NOT NULL,
    "price_list_id" UUID NOT NULL,
    "seqr_terminal_id" TEXT,
    "seqr_terminal_secret" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "machines_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "machine_presences" (
    "machine_id" TEXT NOT NULL,
    "online" BOOLEAN NOT NULL,
    "online_since" TIMESTAMPTZ(3) NOT NULL,
    "machine_state" TEXT NOT NULL,
    "detail" TEXT,
    "boot_id" TEXT NOT NULL,
    "simulated" BOOLEAN NOT NULL,
    "adapter" TEXT NOT NULL,
    "software" TEXT NOT NULL,
    "unacknowledged" INTEGER NOT NULL,
    "open_purchase_id" UUID,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "machine_presences_pkey" PRIMARY KEY ("machine_id")
);

-- CreateTable
CREATE TABLE "machine_streams" (
    "machine_id" TEXT NOT NULL,
    "journal_id" TEXT NOT NULL,
    "last_seq" INTEGER NOT NULL,

    CONSTRAINT "machine_streams_pkey" PRIMARY KEY ("machine_id","journal_id")
);

-- CreateTable
CREATE TABLE "machine_events" (
    "machine_id" TEXT NOT NULL,
    "journal_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "boot_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "purchase_id" UUID,
    "rejected" TEXT,
    "machine_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "machine_events_pkey" PRIMARY KEY ("machine_id","journal_id","seq")
);

-- CreateTable
CREATE TABLE "products" (
    "id" UUID NOT NULL,
    "sku" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tax_rate_percent" INTEGER,

    CONSTRAINT "products_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "planograms" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,

    CONSTRAINT "planograms_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "planogram_slots" (
    "planogram_id" UUID NOT NULL,
    "selection" INTEGER NOT NULL,
    "product_id" UUID NOT NULL,
    "capacity" INTEGER NOT NULL,

    CONSTRAINT "planogram_slots_pkey" PRIMARY KEY ("planogram_id","selection")
);

-- CreateTable
CREATE TABLE "slot_stocks" (
    "machine_id" TEXT NOT NULL,
    "selection" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,

    CONSTRAINT "slot_stocks_pkey" PRIMARY KEY ("machine_id","selection")
);

-- CreateTable
CREATE TABLE "price_lists" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "price_lists_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "prices" (
    "price_list_id" UUID NOT NULL,
    "product_id" UUID NOT NULL,
    "amount_minor" BIGINT NOT NULL,

    CONSTRAINT "prices_pkey" PRIMARY KEY ("price_list_id","product_id")
);

-- CreateTable
CREATE TABLE "purchases" (
    "id" UUID NOT NULL,
    "machine_id" TEXT NOT NULL,
    "lifecycle" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "holds_machine" BOOLEAN NOT NULL,
    "version" INTEGER NOT NULL,
    "currency" TEXT NOT NULL,
    "offered_minor" BIGINT NOT NULL,
    "reserved_minor" BIGINT NOT NULL,
    "committed_minor" BIGINT,
    "payer" TEXT NOT NULL,
    "request_key" TEXT NOT NULL,
    "invoice_reference" TEXT,
    "ers_reference" TEXT,
    "grant_number" BIGSERIAL NOT NULL,
    "planogram_id" UUID NOT NULL,
    "price_list_id" UUID NOT NULL,
    "details" JSONB NOT NULL,
    "event_head" BYTEA NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "purchases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "purchase_events" (
    "purchase_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "purchase_events_pkey" PRIMARY KEY ("purchase_id","seq")
);

-- CreateTable
CREATE TABLE "postings" (
    "purchase_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "account" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,

    CONSTRAINT "postings_pkey" PRIMARY KEY ("purchase_id","seq","account")
);

-- CreateTable
CREATE TABLE "effects" (
    "purchase_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "leased_by" UUID,
    "leased_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),
    "outcome" TEXT,

    CONSTRAINT "effects_pkey" PRIMARY KEY ("purchase_id","seq")
);

-- CreateTable
CREATE TABLE "vends" (
    "purchase_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "selection" INTEGER NOT NULL,
    "price_minor" BIGINT NOT NULL,
    "machine_price_minor" BIGINT NOT NULL,
    "result" TEXT NOT NULL,
    "selected_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "vends_pkey" PRIMARY KEY ("purchase_id","number")
);

-- CreateTable
CREATE TABLE "seqr_calls" (
    "id" BIGSERIAL NOT NULL,
    "purchase_id" UUID,
    "operation" TEXT NOT NULL,
    "client_reference" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "result_code" INTEGER,
    "detail" TEXT,

    CONSTRAINT "seqr_calls_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "review_cases" (
    "id" UUID NOT NULL,
    "purchase_id" UUID,
    "machine_id" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "amount_minor" BIGINT,
    "currency" TEXT NOT NULL,
    "known" TEXT NOT NULL,
    "suggested_action" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "deadline" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),
    "closed_by" UUID,
    "closing_note" TEXT,

    CONSTRAINT "review_cases_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "server_instances" (
    "id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "server_instances_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operators" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "operators_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "machines_reservation_token_key" ON "machines"("reservation_token");

-- CreateIndex
CREATE INDEX "machine_events_newest" ON "machine_events"("machine_id", "received_at" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "products_sku_key" ON "products"("sku");

-- CreateIndex
CREATE UNIQUE INDEX "planograms_name_version_key" ON "planograms"("name", "version");

-- CreateIndex
CREATE UNIQUE INDEX "price_lists_name_version_key" ON "price_lists"("name", "version");

-- CreateIndex
CREATE UNIQUE INDEX "purchases_invoice_reference_key" ON "purchases"("invoice_reference");

-- CreateIndex
CREATE INDEX "purchases_newest_of_machine" ON "purchases"("machine_id", "started_at" DESC);

-- CreateIndex
CREATE INDEX "purchases_newest" ON "purchases"("started_at" DESC);

-- CreateIndex
CREATE INDEX "seqr_calls_of_purchase" ON "seqr_calls"("purchase_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "operators_email_key" ON "operators"("email");

-- AddForeignKey
ALTER TABLE "machines" ADD CONSTRAINT "machines_planogram_id_fkey" FOREIGN KEY ("planogram_id") REFERENCES "planograms"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machines" ADD CONSTRAINT "machines_price_list_id_fkey" FOREIGN KEY ("price_list_id") REFERENCES "price_lists"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machine_presences" ADD CONSTRAINT "machine_presences_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machine_streams" ADD CONSTRAINT "machine_streams_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "machine_events" ADD CONSTRAINT "machine_events_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "planogram_slots" ADD CONSTRAINT "planogram_slots_planogram_id_fkey" FOREIGN KEY ("planogram_id") REFERENCES "planograms"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "planogram_slots" ADD CONSTRAINT "planogram_slots_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "products"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot_stocks" ADD CONSTRAINT "slot_stocks_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prices" ADD CONSTRAINT "prices_price_list_id_fkey" FOREIGN KEY ("price_list_id") REFERENCES "price_lists"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prices" ADD CONSTRAINT "prices_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "products"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "purchases" ADD CONSTRAINT "purchases_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "purchase_events" ADD CONSTRAINT "purchase_events_purchase_id_fkey" FOREIGN KEY ("purchase_id") REFERENCES "purchases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "postings" ADD CONSTRAINT "postings_purchase_id_fkey" FOREIGN KEY ("purchase_id") REFERENCES "purchases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "effects" ADD CONSTRAINT "effects_purchase_id_fkey" FOREIGN KEY ("purchase_id") REFERENCES "purchases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "vends" ADD CONSTRAINT "vends_purchase_id_fkey" FOREIGN KEY ("purchase_id") REFERENCES "purchases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_purchase_id_fkey" FOREIGN KEY ("purchase_id") REFERENCES "purchases"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_closed_by_fkey" FOREIGN KEY ("closed_by") REFERENCES "operators"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- Rules that Prisma's schema cannot say.

-- I1: at most one live purchase per machine, at all times.
CREATE UNIQUE INDEX "purchases_one_live_per_machine" ON "purchases" ("machine_id") WHERE "holds_machine";

-- The to-do list of the servers: only what is open, in the order it falls due. History costs the index nothing.
CREATE INDEX "effects_due" ON "effects" ("due_at") WHERE "done_at" IS NULL;

-- A purchase has at most one thing to do next.
CREATE UNIQUE INDEX "effects_one_open_per_purchase" ON "effects" ("purchase_id") WHERE "done_at" IS NULL;

CREATE INDEX "review_cases_open" ON "review_cases" ("opened_at") WHERE "closed_at" IS NULL;

ALTER TABLE "machines"
  ADD CONSTRAINT "machines_id_fits_a_topic" CHECK ("id" ~ '^[A-Za-z0-9_-]{1,64}$'),
  ADD CONSTRAINT "machines_currency_is_iso" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "machines_reservation_max_positive" CHECK ("reservation_max_minor" > 0);

ALTER TABLE "prices" ADD CONSTRAINT "prices_positive" CHECK ("amount_minor" > 0);
ALTER TABLE "slot_stocks" ADD CONSTRAINT "slot_stocks_not_negative" CHECK ("quantity" >= 0);

-- I7: 0 < committed <= reserved, and what is reserved was offered.
ALTER TABLE "purchases"
  ADD CONSTRAINT "purchases_state_known" CHECK ("state" IN (
    'NEW', 'INVOICED', 'CANCELLING', 'UNLOCKING', 'UNLOCKED', 'CLOSING', 'SETTLING', 'RELEASING',
    'COMMITTED', 'RELEASED', 'CANCELLED', 'REFUSED', 'REVIEW')),
  ADD CONSTRAINT "purchases_currency_is_iso" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "purchases_reserved_was_offered" CHECK ("reserved_minor" > 0 AND "reserved_minor" <= "offered_minor"),
  ADD CONSTRAINT "purchases_committed_was_reserved" CHECK ("committed_minor" > 0 AND "committed_minor" <= "reserved_minor"),
  ADD CONSTRAINT "purchases_committed_states" CHECK (("state" = 'COMMITTED') = ("committed_minor" IS NOT NULL)),
  -- I6: a purchase that is over holds no machine.
  ADD CONSTRAINT "purchases_over_holds_nothing" CHECK (("ended_at" IS NULL) = "holds_machine");

ALTER TABLE "vends"
  ADD CONSTRAINT "vends_result_known" CHECK ("result" IN ('selected', 'denied', 'dispensed', 'failed', 'uncertain'));

-- I25: evidence is written once and never changed.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END;
$$;

CREATE TRIGGER "purchase_events_append_only" BEFORE UPDATE OR DELETE ON "purchase_events"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "machine_events_append_only" BEFORE UPDATE OR DELETE ON "machine_events"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "seqr_calls_append_only" BEFORE UPDATE OR DELETE ON "seqr_calls"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

CREATE TRIGGER "postings_append_only" BEFORE UPDATE OR DELETE ON "postings"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- I17: nothing is moved without coming from somewhere.
ALTER TABLE "postings"
  ADD CONSTRAINT "postings_account_known" CHECK ("account" IN ('payer', 'reserved', 'committed', 'released', 'under-review', 'written-off'));

CREATE FUNCTION "postings_add_up"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM posted GROUP BY purchase_id, seq, currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'postings do not add up to nothing' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END;
$$;

CREATE TRIGGER "postings_add_up" AFTER INSERT ON "postings"
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION "postings_add_up"();

-- I26: only the transitions of libs/purchase/reserve-first/transitions-allowed.ts. A test compares the two.
CREATE TABLE "purchase_transitions" ("from_state" TEXT NOT NULL, "to_state" TEXT NOT NULL, PRIMARY KEY ("from_state", "to_state"));
INSERT INTO "purchase_transitions" ("from_state", "to_state") VALUES
  ('NEW', 'INVOICED'), ('NEW', 'REFUSED'),
  ('INVOICED', 'UNLOCKING'), ('INVOICED', 'CANCELLING'), ('INVOICED', 'CANCELLED'), ('INVOICED', 'REVIEW'),
  ('CANCELLING', 'UNLOCKING'), ('CANCELLING', 'RELEASING'), ('CANCELLING', 'CANCELLED'), ('CANCELLING', 'REVIEW'),
  ('UNLOCKING', 'UNLOCKED'), ('UNLOCKING', 'CLOSING'), ('UNLOCKING', 'SETTLING'), ('UNLOCKING', 'RELEASING'),
  ('UNLOCKED', 'CLOSING'), ('UNLOCKED', 'SETTLING'), ('UNLOCKED', 'RELEASING'),
  ('CLOSING', 'SETTLING'), ('CLOSING', 'RELEASING'),
  ('SETTLING', 'COMMITTED'), ('SETTLING', 'REVIEW'),
  ('RELEASING', 'RELEASED'), ('RELEASING', 'REVIEW');

CREATE FUNCTION "refuse_unknown_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM purchase_transitions WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION 'a purchase cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER "purchases_known_transition" BEFORE UPDATE OF "state" ON "purchases"
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION "refuse_unknown_transition"();

-- A published version of a planogram or price list never changes: purchases and grants refer to it.
CREATE TRIGGER "planogram_slots_published" BEFORE UPDATE OR DELETE ON "planogram_slots"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "prices_published" BEFORE UPDATE OR DELETE ON "prices"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
