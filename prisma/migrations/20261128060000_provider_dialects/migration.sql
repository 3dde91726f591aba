-- What a provider's models were found to want of a request. Empty: as usual for its kind.
ALTER TABLE "llm_providers" ADD COLUMN "dialect" JSONB NOT NULL DEFAULT '{}';
