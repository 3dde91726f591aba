-- What agents say by themselves. NULL: the message belongs to a turn.
ALTER TABLE "messages" ADD COLUMN "agent_event_kind" TEXT;
ALTER TABLE "messages" ADD CONSTRAINT "messages_agent_event_kind_check" CHECK ("agent_event_kind" IN ('system', 'assistant', 'error'));
-- The answer of the turn with which its agent was told again that it has said this. NULL: not yet.
ALTER TABLE "messages" ADD COLUMN "given_to" UUID;
CREATE INDEX "messages_agent_events_idx" ON "messages" ("conversation_id", "given_to", "id") WHERE "agent_event_kind" IS NOT NULL;

-- From when on an agent may say something again. One row an agent, which is locked while it says something.
CREATE TABLE "agent_event_rates" (
    "agent_id" UUID NOT NULL,
    "allowed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "agent_event_rates_pkey" PRIMARY KEY ("agent_id")
);

-- What came of a request, for one that is sent again.
CREATE TABLE "agent_event_keys" (
    "agent_id" UUID NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "conversation_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "agent_event_keys_pkey" PRIMARY KEY ("agent_id", "key_hash")
);

-- AddForeignKey
ALTER TABLE "agent_event_rates" ADD CONSTRAINT "agent_event_rates_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_event_keys" ADD CONSTRAINT "agent_event_keys_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;
