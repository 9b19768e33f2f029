-- Our ledger against SEQR's reports.

-- A difference with SEQR's report may belong to no machine of ours.
ALTER TABLE "review_cases" ALTER COLUMN "machine_id" DROP NOT NULL;

-- CreateTable
CREATE TABLE "reconciliation_runs" (
    "id" UUID NOT NULL,
    "scope" TEXT NOT NULL,
    "machine_id" TEXT,
    "day" DATE NOT NULL,
    "first_day" DATE NOT NULL,
    "state" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "marking_at" TIMESTAMPTZ(3),
    "unknown_mark_first_at" TIMESTAMPTZ(3),
    "unknown_mark_last_at" TIMESTAMPTZ(3),
    "marked_at" TIMESTAMPTZ(3),
    "transaction_period_id" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "summary_count" INTEGER,
    "summary_total" BIGINT,
    "rows_read" INTEGER,
    "rows_total" BIGINT,
    "purchases_matched" INTEGER,
    "differences_found" INTEGER,
    "carried_over" INTEGER,
    "ended_at" TIMESTAMPTZ(3),
    "leased_by" UUID,
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "reconciliation_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reconciliation_rows" (
    "run_id" UUID NOT NULL,
    "line" INTEGER NOT NULL,
    "ers_reference" TEXT,
    "terminal_id" TEXT,
    "cashier_id" TEXT,
    "amount" BIGINT NOT NULL,
    "purchase_id" UUID,
    "verdict" TEXT,

    CONSTRAINT "reconciliation_rows_pkey" PRIMARY KEY ("run_id","line")
);

-- CreateTable
CREATE TABLE "reconciliation_differences" (
    "key" TEXT NOT NULL,
    "run_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "purchase_id" UUID,
    "ers_reference" TEXT,
    "ours_minor" BIGINT,
    "seqr_amount" BIGINT,
    "lost_since" TIMESTAMPTZ(3),
    "lost_until" TIMESTAMPTZ(3),
    "review_case_id" UUID NOT NULL,

    CONSTRAINT "reconciliation_differences_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "reconciliation_runs_one_a_day" ON "reconciliation_runs"("scope", "day");

-- CreateIndex
CREATE INDEX "reconciliation_rows_of_purchase" ON "reconciliation_rows"("purchase_id");

-- CreateIndex
CREATE INDEX "reconciliation_differences_of_run" ON "reconciliation_differences"("run_id");

-- CreateIndex
CREATE UNIQUE INDEX "reconciliation_differences_one_case" ON "reconciliation_differences"("review_case_id");

-- AddForeignKey
ALTER TABLE "reconciliation_runs" ADD CONSTRAINT "reconciliation_runs_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reconciliation_rows" ADD CONSTRAINT "reconciliation_rows_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "reconciliation_runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reconciliation_rows" ADD CONSTRAINT "reconciliation_rows_purchase_id_fkey" FOREIGN KEY ("purchase_id") REFERENCES "purchases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "reconciliation_runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_review_case_id_fkey" FOREIGN KEY ("review_case_id") REFERENCES "review_cases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Rules that Prisma's schema cannot say.

ALTER TABLE "reconciliation_runs"
  ADD CONSTRAINT "reconciliation_runs_state_known" CHECK ("state" IN ('due', 'marking', 'marked', 'read', 'done', 'failed')),
  ADD CONSTRAINT "reconciliation_runs_ended_states" CHECK (("state" IN ('done', 'failed')) = ("ended_at" IS NOT NULL)),
  ADD CONSTRAINT "reconciliation_runs_days_in_order" CHECK ("first_day" <= "day"),
  -- What was marked has a name: without it no report can be asked for.
  ADD CONSTRAINT "reconciliation_runs_marked_is_named" CHECK (("marked_at" IS NULL) = ("transaction_period_id" IS NULL));

ALTER TABLE "reconciliation_differences"
  ADD CONSTRAINT "reconciliation_differences_kind_known" CHECK ("kind" IN ('missing-at-seqr', 'missing-here',
    'amount-differs', 'duplicate-at-seqr', 'wrong-terminal', 'summary-differs', 'period-lost'));

-- SEQR has one open period a scope: two runs at once would end each other's.
CREATE UNIQUE INDEX "reconciliation_runs_one_open_a_scope" ON "reconciliation_runs" ("scope") WHERE "ended_at" IS NULL;

-- Rows are found by reference: repeated ones, and those that wait for a purchase to become known.
CREATE INDEX "reconciliation_rows_by_reference" ON "reconciliation_rows" ("ers_reference");
CREATE INDEX "reconciliation_rows_unlinked" ON "reconciliation_rows" ("ers_reference") WHERE "purchase_id" IS NULL;
CREATE INDEX "reconciliation_rows_carried" ON "reconciliation_rows" ("run_id", "line") WHERE "verdict" = 'carried';

CREATE INDEX "purchases_by_ers_reference" ON "purchases" ("ers_reference") WHERE "ers_reference" IS NOT NULL;
CREATE INDEX "purchases_committed" ON "purchases" ("ended_at", "id") WHERE "state" = 'COMMITTED';
CREATE INDEX "purchases_settling" ON "purchases" ("machine_id") WHERE "state" = 'SETTLING';
