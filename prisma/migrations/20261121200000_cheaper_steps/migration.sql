-- What every step of a purchase writes, made cheaper to write (docs/performance.md). Nothing is asked of a purchase that was
-- not asked before, and servers of the version before go on with it.

-- Rules that Prisma's schema cannot say.

-- An index whose condition names the state makes every new state a new entry in all indexes of the table, as PostgreSQL then
-- cannot keep the row's versions together in their page.
DROP INDEX "purchases_settling";
DROP INDEX "purchases_committed";
CREATE INDEX "purchases_ended" ON "purchases" ("ended_at", "id") WHERE "ended_at" IS NOT NULL;
-- Room for the next version of a row beside it.
ALTER TABLE "purchases" SET (fillfactor = 70);
ALTER TABLE "effects" SET (fillfactor = 70);

-- PostgreSQL reads each CHECK anew for every statement, and a list of thirteen states is the longest of them by far. An UPDATE
-- can reach only what purchases_known_transition knows; what is inserted is looked at here.
ALTER TABLE "purchases" DROP CONSTRAINT "purchases_state_known";
CREATE FUNCTION "refuse_unknown_state"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM purchase_transitions WHERE from_state = NEW.state OR to_state = NEW.state) THEN
    RAISE EXCEPTION 'purchases_state_known: a purchase has no state %', NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END;
$$;
CREATE TRIGGER "purchases_state_known" BEFORE INSERT ON "purchases"
  FOR EACH ROW WHEN (NEW.state <> 'NEW') EXECUTE FUNCTION "refuse_unknown_state"();

-- Ends a statement that found the purchase at another version, with everything that the statement did before it saw that.
CREATE FUNCTION "refuse_conflict"() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the purchase has moved on' USING ERRCODE = 'serialization_failure';
END;
$$;
