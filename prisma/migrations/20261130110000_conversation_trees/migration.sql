-- The messages of a conversation are a tree, of which one path is shown: from a first message down to a last one, in the order of their ids.

-- The message that it follows; the conversation itself for the first ones. NULL: the one before it on the path, as every row before this release and
-- every row of a process of the release before says it. Only rows on the path have NULL.
ALTER TABLE "messages" ADD COLUMN "parent_id" UUID;
-- When the path that is shown left it. NULL: it is on the path.
ALTER TABLE "messages" ADD COLUMN "left_at" TIMESTAMPTZ(3);
-- The agent's session in which this answer, and what follows it, was said. NULL: the one of the message before, in the end the conversation's own.
ALTER TABLE "messages" ADD COLUMN "agent_session" TEXT;

-- Pages read the path alone, however much else is there.
CREATE INDEX "messages_path_idx" ON "messages" ("conversation_id", "id") WHERE "left_at" IS NULL;
-- The other versions of a message: few rows have any, and nothing is written for those that have none.
CREATE INDEX "messages_left_idx" ON "messages" ("parent_id", "id") WHERE "left_at" IS NOT NULL;
CREATE INDEX "messages_session_idx" ON "messages" ("conversation_id", "id") WHERE "agent_session" IS NOT NULL;
