-- Answers in flight are a few among all messages that ever were.
CREATE INDEX "messages_streaming_idx" ON "messages" ("conversation_id") WHERE "status" = 'streaming';

-- What runs, and what an admin pages through, among all containers that were ever started.
CREATE INDEX "agent_containers_status_since_agent_id_idx" ON "agent_containers" ("status_since", "agent_id");
CREATE INDEX "agent_containers_status_status_since_agent_id_idx" ON "agent_containers" ("status", "status_since", "agent_id");
CREATE INDEX "agent_containers_restart_pending_idx" ON "agent_containers" ("agent_id") WHERE "restart_pending_since" IS NOT NULL;

CREATE INDEX "agents_backend_id_idx" ON "agents" ("backend_id");

-- Few among all users, and asked for by loops and by almost every request.
CREATE INDEX "users_deleting_idx" ON "users" ("id") WHERE "deleting_at" IS NOT NULL;
CREATE INDEX "users_admin_idx" ON "users" ("username") WHERE "role" = 'admin';
CREATE INDEX "users_disabled_idx" ON "users" ("username") WHERE "disabled_at" IS NOT NULL;
CREATE INDEX "llm_providers_shared_idx" ON "llm_providers" ("id") WHERE "is_shared";
CREATE INDEX "model_assignments_of_defaults_idx" ON "model_assignments" ("user_id") WHERE "agent_id" IS NULL;
CREATE INDEX "model_assignments_provider_id_model_idx" ON "model_assignments" ("provider_id", "model");
DROP INDEX "model_assignments_provider_id_idx";

-- What is swept away when it is old.
CREATE INDEX "sessions_end_idx" ON "sessions" (least("idle_expires_at", "expires_at"));
CREATE INDEX "login_throttles_window_start_at_idx" ON "login_throttles" ("window_start_at");
CREATE INDEX "sign_in_places_last_sign_in_at_idx" ON "sign_in_places" ("last_sign_in_at");

CREATE INDEX "invites_created_at_id_idx" ON "invites" ("created_at", "id");

-- A group of actions (`agent` of `agent.delete`), newest first; and what was refused or failed, which is little.
CREATE INDEX "audit_events_action_group_idx" ON "audit_events" (split_part("action", '.', 1), "at" DESC, "id" DESC) INCLUDE ("action");
CREATE INDEX "audit_events_not_done_idx" ON "audit_events" ("outcome", "at" DESC, "id" DESC) WHERE "outcome" <> 'done';

-- Searching for a part of a name. A database without this extension, or that does not let it be made, searches slowly and finds the same.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "users_search_idx" ON "users" USING gin ("username" gin_trgm_ops, "display_name" gin_trgm_ops, "email" gin_trgm_ops);
  CREATE INDEX "agents_search_idx" ON "agents" USING gin ("name" gin_trgm_ops);
  CREATE INDEX "audit_events_search_idx" ON "audit_events" USING gin ("actor_name" gin_trgm_ops, "target_name" gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
  RAISE WARNING 'pg_trgm is not available (%): the searches of the admin pages are slow in a large installation', SQLERRM;
END $$;
