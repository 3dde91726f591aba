-- When an agent last called a model through Mosaic: so that a silent turn is blamed on the provider only if it was called.
ALTER TABLE "agent_containers" ADD COLUMN "last_model_call_at" TIMESTAMPTZ(3);
-- The running ones are asked every few seconds whether they are there, however many were ever started.
CREATE INDEX "agent_containers_running_idx" ON "agent_containers" ("agent_id") WHERE "status" = 'running';
