-- CreateTable
CREATE TABLE "login_throttles" (
    "subject" TEXT NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "window_start_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "blocked_until" TIMESTAMPTZ(3),

    CONSTRAINT "login_throttles_pkey" PRIMARY KEY ("subject")
);

-- States are text that the database checks, since an enum can't be taken back in a migration.
ALTER TABLE "users" ADD CONSTRAINT "users_role_check" CHECK ("role" IN ('admin', 'member'));
ALTER TABLE "breakglass_user" ADD CONSTRAINT "breakglass_user_singleton_check" CHECK ("singleton");
ALTER TABLE "agent_containers" ADD CONSTRAINT "agent_containers_status_check" CHECK ("status" IN ('stopped', 'starting', 'running', 'stopping', 'error'));
ALTER TABLE "messages" ADD CONSTRAINT "messages_role_check" CHECK ("role" IN ('user', 'assistant'));
ALTER TABLE "messages" ADD CONSTRAINT "messages_status_check" CHECK ("status" IN ('streaming', 'complete', 'stopped', 'broken_off', 'failed'));
ALTER TABLE "model_assignments" ADD CONSTRAINT "model_assignments_one_scope_check" CHECK (num_nonnulls("user_id", "agent_id") = 1);

-- The backends that Mosaic brings. Rows, so that an admin can change them.
INSERT INTO "backends" ("id", "label", "image", "gateway_port", "state_dir", "memory_limit_bytes", "nano_cpus", "pids_limit", "ready_timeout_ms")
VALUES ('openclaw', 'OpenClaw', 'mosaic/openclaw:2026.9.6', 18789, '/home/node/.openclaw', 1610612736, 2000000000, 256, 120000)
ON CONFLICT ("id") DO NOTHING;
