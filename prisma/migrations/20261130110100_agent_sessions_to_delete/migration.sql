-- What agents remember of conversations that were removed, and are to forget once they run.
CREATE TABLE "agent_sessions_to_delete" (
    "agent_id" UUID NOT NULL,
    "session" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_sessions_to_delete_pkey" PRIMARY KEY ("agent_id", "session")
);

-- AddForeignKey
ALTER TABLE "agent_sessions_to_delete" ADD CONSTRAINT "agent_sessions_to_delete_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agents"("id") ON DELETE CASCADE ON UPDATE CASCADE;
