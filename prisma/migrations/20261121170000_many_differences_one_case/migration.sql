-- Beyond a run's limit, differences share one review case.

-- DropIndex
DROP INDEX "reconciliation_differences_one_case";

-- CreateIndex
CREATE INDEX "reconciliation_differences_of_case" ON "reconciliation_differences"("review_case_id");
