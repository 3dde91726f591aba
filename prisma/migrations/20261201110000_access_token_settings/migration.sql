-- What a program that talks to agents may choose. Those that there are go on as before.
ALTER TABLE "access_tokens" ADD COLUMN "shows_conversations" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "access_tokens" ADD COLUMN "uses_plain_model" BOOLEAN NOT NULL DEFAULT false;
