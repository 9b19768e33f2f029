-- Rates like Finland's 25.5 % are no whole percent.
ALTER TABLE "products" RENAME COLUMN "tax_rate_percent" TO "tax_rate_hundredths";
UPDATE "products" SET "tax_rate_hundredths" = "tax_rate_hundredths" * 100;
ALTER TABLE "products" ADD CONSTRAINT "products_tax_rate" CHECK ("tax_rate_hundredths" BETWEEN 0 AND 10000);
