-- Audit files of machines (EVA-DTS), and what they say against our ledger.

-- CreateTable
CREATE TABLE "audit_files" (
    "id" UUID NOT NULL,
    "machine_id" TEXT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "content" BYTEA NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "read_from" TIMESTAMPTZ(3) NOT NULL,
    "read_until" TIMESTAMPTZ(3) NOT NULL,
    "read_told" TEXT NOT NULL,
    "uploaded_at" TIMESTAMPTZ(3) NOT NULL,
    "uploaded_by" TEXT NOT NULL,
    "reader" SMALLINT,
    "serial" TEXT,
    "report" JSONB NOT NULL,

    CONSTRAINT "audit_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_comparisons" (
    "before_id" UUID NOT NULL,
    "after_id" UUID NOT NULL,
    "compared_at" TIMESTAMPTZ(3) NOT NULL,
    "verdict" TEXT NOT NULL,
    "figures" JSONB NOT NULL,
    "review_case_id" UUID,

    CONSTRAINT "audit_comparisons_pkey" PRIMARY KEY ("before_id","after_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "audit_files_one_of_a_kind" ON "audit_files"("machine_id", "sha256");

-- CreateIndex
CREATE INDEX "audit_files_in_order" ON "audit_files"("machine_id", "read_at", "id");

-- CreateIndex
CREATE INDEX "audit_files_newest" ON "audit_files"("uploaded_at");

-- CreateIndex
CREATE UNIQUE INDEX "audit_comparisons_one_case" ON "audit_comparisons"("review_case_id");

-- CreateIndex
CREATE INDEX "audit_comparisons_of_file" ON "audit_comparisons"("after_id");

-- AddForeignKey
ALTER TABLE "audit_files" ADD CONSTRAINT "audit_files_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_comparisons" ADD CONSTRAINT "audit_comparisons_before_id_fkey" FOREIGN KEY ("before_id") REFERENCES "audit_files"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_comparisons" ADD CONSTRAINT "audit_comparisons_after_id_fkey" FOREIGN KEY ("after_id") REFERENCES "audit_files"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_comparisons" ADD CONSTRAINT "audit_comparisons_review_case_id_fkey" FOREIGN KEY ("review_case_id") REFERENCES "review_cases"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Rules that Prisma's schema cannot say.

ALTER TABLE "audit_files"
  ADD CONSTRAINT "audit_files_hash_is_of_content" CHECK ("sha256" = sha256("content")),
  ADD CONSTRAINT "audit_files_size" CHECK (length("content") BETWEEN 1 AND 262144),
  ADD CONSTRAINT "audit_files_read_in_order" CHECK ("read_from" <= "read_at" AND "read_at" <= "read_until"),
  ADD CONSTRAINT "audit_files_read_told_known" CHECK ("read_told" IN ('operator', 'machine', 'upload')),
  ADD CONSTRAINT "audit_files_reader_known" CHECK ("reader" IN (1, 2));

ALTER TABLE "audit_comparisons"
  ADD CONSTRAINT "audit_comparisons_of_two" CHECK ("before_id" <> "after_id"),
  ADD CONSTRAINT "audit_comparisons_verdict_known" CHECK ("verdict" IN ('agrees', 'differs', 'not-compared')),
  -- A difference is somebody's work, and nothing else is.
  ADD CONSTRAINT "audit_comparisons_difference_has_case" CHECK (("verdict" = 'differs') = ("review_case_id" IS NOT NULL));

-- The machine's own witness: kept as it came.
CREATE TRIGGER "audit_files_append_only" BEFORE UPDATE OR DELETE ON "audit_files"
  FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
