/**
 * The product's table of purchases without what the floor has not: no foreign keys, checks, triggers and indexes but the
 * key and the one that gives a machine to one payer.
 */
export const PLAIN_TABLES = `
  DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = 'purchases'::regclass AND contype IN ('f', 'c') LOOP
      EXECUTE format('ALTER TABLE purchases DROP CONSTRAINT %I', one.conname);
    END LOOP;
    FOR one IN SELECT indexname FROM pg_indexes WHERE tablename = 'purchases'
      AND indexname NOT IN ('purchases_pkey', 'purchases_one_live_per_machine') LOOP
      EXECUTE format('DROP INDEX %I', one.indexname);
    END LOOP;
    DROP TRIGGER purchases_known_transition ON purchases;
  END $$;`;
