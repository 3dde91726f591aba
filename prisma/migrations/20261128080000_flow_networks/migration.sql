-- Whoever begins many sign-ins pushes out their own, not those of others. Rows without it end within ten minutes.
ALTER TABLE "oidc_flows" ADD COLUMN "network" TEXT NOT NULL DEFAULT '';

CREATE INDEX "oidc_flows_network_expires_at_idx" ON "oidc_flows"("network", "expires_at");
