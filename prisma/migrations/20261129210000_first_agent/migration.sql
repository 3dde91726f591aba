-- When somebody had their first agent. `null`: never, so that the first entry of the chat makes one. Whoever has one, or has made one that is gone
-- since, gets none by itself.
ALTER TABLE "users" ADD COLUMN "first_agent_at" TIMESTAMPTZ(3);

UPDATE "users" u SET "first_agent_at" = now()
WHERE EXISTS (SELECT 1 FROM "agents" a WHERE a."owner_id" = u."id")
   OR EXISTS (SELECT 1 FROM "audit_events" e WHERE e."actor_id" = u."id" AND e."action" = 'agent.create');
