-- The model of a provider that writes down speech. None: it is not asked to.
ALTER TABLE "llm_providers" ADD COLUMN "transcription_model" TEXT;
