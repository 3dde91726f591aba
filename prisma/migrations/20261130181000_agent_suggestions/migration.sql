-- What an empty chat with the agent offers to ask. Without any: what suits its tools.
ALTER TABLE "agents" ADD COLUMN "suggestions" JSONB;
