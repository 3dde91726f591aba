-- Conversations that programs have beside their owner's lists.
ALTER TABLE "conversations" ADD COLUMN "is_listed" BOOLEAN NOT NULL DEFAULT true;

-- The order of the lists, as before, and -1 for what is in none. They take the place of three indexes without that.
CREATE INDEX "conversations_listed_of_user_idx" ON "conversations" (
  "user_id", (CASE WHEN NOT "is_listed" THEN -1 WHEN "pinned_at" IS NOT NULL THEN 2 WHEN "archived_at" IS NULL THEN 1 ELSE 0 END) DESC, "updated_at" DESC, "id" DESC);
CREATE INDEX "conversations_listed_with_agent_idx" ON "conversations" (
  "agent_id", "user_id", (CASE WHEN NOT "is_listed" THEN -1 WHEN "pinned_at" IS NOT NULL THEN 2 WHEN "archived_at" IS NULL THEN 1 ELSE 0 END) DESC, "updated_at" DESC, "id" DESC);
CREATE INDEX "conversations_listed_in_folder_idx" ON "conversations" (
  "folder_id", (CASE WHEN NOT "is_listed" THEN -1 WHEN "pinned_at" IS NOT NULL THEN 2 WHEN "archived_at" IS NULL THEN 1 ELSE 0 END) DESC, "updated_at" DESC, "id" DESC);
DROP INDEX "conversations_of_user_idx";
DROP INDEX "conversations_with_agent_idx";
DROP INDEX "conversations_folder_list_idx";

-- For the loop that deletes those that nobody has gone on with.
CREATE INDEX "conversations_unlisted_idx" ON "conversations" ("updated_at") WHERE NOT "is_listed" AND "deleted_at" IS NULL;
