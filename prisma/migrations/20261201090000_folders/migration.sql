-- A person's folders for conversations, with what the agents of these are told.
CREATE TABLE "folders" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name_encrypted" TEXT NOT NULL,
    "instructions_encrypted" TEXT NOT NULL,
    -- Another one after each change. NULL: there are no instructions.
    "instructions_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "folders_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "folders_user_id_id_idx" ON "folders"("user_id", "id");

-- AddForeignKey
ALTER TABLE "folders" ADD CONSTRAINT "folders_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "conversations" ADD COLUMN "folder_id" UUID;
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_folder_id_fkey" FOREIGN KEY ("folder_id") REFERENCES "folders"("id") ON DELETE SET NULL ON UPDATE CASCADE;
CREATE INDEX "conversations_folder_list_idx" ON "conversations" ("folder_id", (CASE WHEN pinned_at IS NOT NULL THEN 2 WHEN archived_at IS NULL THEN 1 ELSE 0 END) DESC, "updated_at" DESC, "id" DESC);

-- Which instructions the agent was told with this answer's turn; all zeros: that there are none any more. NULL: nothing.
ALTER TABLE "messages" ADD COLUMN "instructions_id" UUID;
CREATE INDEX "messages_instructions_idx" ON "messages" ("conversation_id", "id") WHERE "instructions_id" IS NOT NULL;
