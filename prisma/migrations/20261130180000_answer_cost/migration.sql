-- What is known of the model that wrote an answer, as it was then: how much of its context was full, and what the answer cost, in millionths of a US dollar.
ALTER TABLE "messages" ADD COLUMN "context_tokens" INTEGER, ADD COLUMN "context_window" INTEGER, ADD COLUMN "cost_micros" BIGINT, ADD COLUMN "model" TEXT;

-- What the models of a provider cost, by their ids. Beside the models: a release of before reads those, and takes nothing in them that it does not know.
ALTER TABLE "llm_providers" ADD COLUMN "model_prices" JSONB NOT NULL DEFAULT '{}';
