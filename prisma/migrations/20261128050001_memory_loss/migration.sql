-- A random id that also stands in the agent's volume: so that one that is gone, swapped or empty is noticed at the next start.
ALTER TABLE "agent_containers" ADD COLUMN "state_mark" TEXT, ADD COLUMN "memory_lost_at" TIMESTAMPTZ(3);
-- When an agent that had lost its memory was given the last messages of this conversation again.
ALTER TABLE "conversations" ADD COLUMN "memory_given_at" TIMESTAMPTZ(3);
