-- Which conversation a program goes on in that names it in its own way, or that begins with the same words.
CREATE TABLE "openai_conversations" (
    "user_id" UUID NOT NULL,
    "key" BYTEA NOT NULL,
    "conversation_id" UUID NOT NULL,
    CONSTRAINT "openai_conversations_pkey" PRIMARY KEY ("user_id", "key"),
    CONSTRAINT "openai_conversations_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "openai_conversations_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "openai_conversations_conversation_id_idx" ON "openai_conversations"("conversation_id");

-- What a program had said when each of its turns began, and by which request.
CREATE TABLE "openai_turns" (
    "answer_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "asked" BYTEA NOT NULL,
    "told" BYTEA,
    "request_key" BYTEA,
    "body" BYTEA NOT NULL,
    "retries" INTEGER NOT NULL DEFAULT 0,
    "reader" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "openai_turns_pkey" PRIMARY KEY ("answer_id"),
    CONSTRAINT "openai_turns_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "openai_turns_conversation_id_asked_idx" ON "openai_turns"("conversation_id", "asked");
CREATE UNIQUE INDEX "openai_turns_user_id_request_key_key" ON "openai_turns"("user_id", "request_key");
