-- CreateTable
CREATE TABLE "machine_links" (
    "machine_id" TEXT NOT NULL,
    "password_hash" TEXT,
    "key" BYTEA,
    "enrolled_at" TIMESTAMPTZ(3),
    "previous_password_hash" TEXT,
    "previous_key" BYTEA,
    "previous_until" TIMESTAMPTZ(3),
    "code_hash" BYTEA,
    "code_until" TIMESTAMPTZ(3),
    "code_used" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "machine_links_pkey" PRIMARY KEY ("machine_id")
);

-- AddForeignKey
ALTER TABLE "machine_links" ADD CONSTRAINT "machine_links_machine_id_fkey" FOREIGN KEY ("machine_id") REFERENCES "machines"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rules that Prisma's schema cannot say.

-- A password without a key, or half of what came before, would be a bridge that is let in and never believed.
ALTER TABLE "machine_links"
  ADD CONSTRAINT "machine_links_credentials_are_whole" CHECK
    (num_nonnulls("password_hash", "key", "enrolled_at") IN (0, 3)),
  ADD CONSTRAINT "machine_links_previous_are_whole" CHECK
    (num_nonnulls("previous_password_hash", "previous_key", "previous_until") IN (0, 3)),
  ADD CONSTRAINT "machine_links_previous_came_before" CHECK
    ("previous_key" IS NULL OR "key" IS NOT NULL),
  ADD CONSTRAINT "machine_links_code_has_an_end" CHECK
    (("code_hash" IS NULL) = ("code_until" IS NULL)),
  ADD CONSTRAINT "machine_links_used_code_gave_credentials" CHECK
    (NOT "code_used" OR ("code_hash" IS NOT NULL AND "key" IS NOT NULL));

-- One code is one machine's.
CREATE UNIQUE INDEX "machine_links_one_code" ON "machine_links" ("code_hash") WHERE "code_hash" IS NOT NULL;

-- A machine's id is its user name at the broker, and this one is the servers'.
ALTER TABLE "machines" ADD CONSTRAINT "machines_id_is_not_the_servers" CHECK ("id" <> 'server');
