-- Conversations that were first kept elsewhere.

-- When it was imported. The agent knows nothing of what was said before.
ALTER TABLE "conversations" ADD COLUMN "imported_at" TIMESTAMPTZ(3);
-- SHA-256 of where it comes from and of its id there: it is not imported twice. NULL: it began here.
ALTER TABLE "conversations" ADD COLUMN "import_key" BYTEA;
CREATE UNIQUE INDEX "conversations_import_key" ON "conversations" ("user_id", "import_key") WHERE "import_key" IS NOT NULL;
