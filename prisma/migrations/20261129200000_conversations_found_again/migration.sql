ALTER TABLE "conversations"
  ADD COLUMN "pinned_at" TIMESTAMPTZ(3),
  ADD COLUMN "archived_at" TIMESTAMPTZ(3),
  ADD COLUMN "deleted_at" TIMESTAMPTZ(3),
  ADD CONSTRAINT "conversations_pinned_or_archived" CHECK ("pinned_at" IS NULL OR "archived_at" IS NULL);

-- The order of the list: 2 for what is pinned, 1 for the rest, 0 for the archive. They take the place of two indexes that began alike.
CREATE INDEX "conversations_of_user_idx" ON "conversations" (
  "user_id", (CASE WHEN "pinned_at" IS NOT NULL THEN 2 WHEN "archived_at" IS NULL THEN 1 ELSE 0 END) DESC, "updated_at" DESC, "id" DESC);
CREATE INDEX "conversations_with_agent_idx" ON "conversations" (
  "agent_id", "user_id", (CASE WHEN "pinned_at" IS NOT NULL THEN 2 WHEN "archived_at" IS NULL THEN 1 ELSE 0 END) DESC, "updated_at" DESC, "id" DESC);
DROP INDEX "conversations_user_id_updated_at_idx";
DROP INDEX "conversations_agent_id_idx";

-- Few among all, and looked for by the loop that removes them.
CREATE INDEX "conversations_deleted_idx" ON "conversations" ("deleted_at") WHERE "deleted_at" IS NOT NULL;
