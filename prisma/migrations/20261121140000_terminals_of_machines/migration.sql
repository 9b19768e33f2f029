-- AlterTable
ALTER TABLE "machines" ADD COLUMN     "seqr_id" TEXT,
ADD COLUMN     "seqr_terminal_lease" UUID,
ADD COLUMN     "seqr_terminal_leased_until" TIMESTAMPTZ(3),
ADD COLUMN     "seqr_terminal_state" TEXT NOT NULL DEFAULT 'none',
ADD COLUMN     "time_zone" TEXT;

-- AlterTable
ALTER TABLE "purchases" ADD COLUMN     "seqr_terminal_id" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "machines_seqr_id_key" ON "machines"("seqr_id");

-- Rules that Prisma's schema cannot say.

-- What each state of provisioning has in its hands: a password before SEQR is told of it, an id once SEQR has given it.
ALTER TABLE "machines"
  ADD CONSTRAINT "machines_terminal_state_known" CHECK ("seqr_terminal_state" IN
    ('none', 'registering', 'registered', 'labelled', 'unregistering')),
  ADD CONSTRAINT "machines_terminal_has_a_secret" CHECK
    (("seqr_terminal_state" = 'none') = ("seqr_terminal_secret" IS NULL)),
  ADD CONSTRAINT "machines_terminal_has_an_id" CHECK
    (("seqr_terminal_state" IN ('none', 'registering')) = ("seqr_terminal_id" IS NULL)),
  -- The vendor: letters and digits, unique at SEQR; with HTTP://SEQR.SE/Q it must stay within the 50 characters of a code.
  ADD CONSTRAINT "machines_seqr_id_fits_a_code" CHECK ("seqr_id" ~ '^[A-Za-z0-9]{1,34}$'),
  ADD CONSTRAINT "machines_label_is_known" CHECK ("seqr_terminal_state" <> 'labelled' OR "seqr_id" IS NOT NULL);
