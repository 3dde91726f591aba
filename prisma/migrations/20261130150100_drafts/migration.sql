-- What its owner has typed in a conversation and not sent, on whatever device.
CREATE TABLE "drafts" (
    "conversation_id" UUID NOT NULL,
    "revision" UUID NOT NULL,
    "content_encrypted" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "drafts_pkey" PRIMARY KEY ("conversation_id")
);

-- AddForeignKey
ALTER TABLE "drafts" ADD CONSTRAINT "drafts_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
