-- Messages that wait for the end of the answer under way in their conversation.
CREATE TABLE "waiting_messages" (
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "content_encrypted" TEXT NOT NULL,
    "is_next" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "waiting_messages_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "waiting_messages_conversation_id_id_idx" ON "waiting_messages"("conversation_id", "id");

-- CreateIndex
CREATE INDEX "waiting_messages_created_at_idx" ON "waiting_messages"("created_at");

-- AddForeignKey
ALTER TABLE "waiting_messages" ADD CONSTRAINT "waiting_messages_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
