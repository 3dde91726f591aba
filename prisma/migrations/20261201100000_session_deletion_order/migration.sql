-- Each agent's sessions are deleted in the order in which they are due.
CREATE INDEX "agent_sessions_to_delete_agent_id_next_at_idx" ON "agent_sessions_to_delete"("agent_id", "next_at");
