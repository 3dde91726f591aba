import type { TestDatabase } from "./test-database.js";

/** How many rows the tables of a large installation have. */
export interface Crowd {
  readonly users: number;
  readonly agents: number;
  readonly conversations: number;
  readonly messages: number;
  readonly auditEvents: number;
}

/** Prefixes of ids: `crowdId("users", 7)` is the seventh user. */
const prefixes = {
  users: "a0000000",
  agents: "a1000000",
  conversations: "a2000000",
  messages: "a3000000",
  audit_events: "a4000000",
  sessions: "a5000000",
  access_tokens: "a6000000",
  invites: "a7000000",
  llm_providers: "a8000000",
  model_assignments: "a9000000",
  oidc_identities: "aa000000",
  waiting_messages: "ab000000",
  files: "ac000000",
  conversation_shares: "ad000000",
  push_devices: "ae000000",
  folders: "af000000",
} as const;

export type CrowdTable = keyof typeof prefixes;

/** What no number of people makes grow beyond a bound that the code keeps. */
export const boundedTables: Readonly<Record<string, string>> = {
  _prisma_migrations: "one row a migration",
  api_processes: "one row a process",
  backend_declarations: "50 versions a kind",
  backends: "one row a kind of agent software, 100 declared ones",
  boot_places: "one row a start that waits or boots, 20 a person at most",
  breakglass_user: "one row",
  oidc_flows: "the oldest give way beyond 10,000",
  system_config: "one row a setting",
};

/** The heavy user: 20 agents and 5,000 conversations. */
export const heavyUser = 1;
const heavyConversations = 5_000;

export function crowdId(table: CrowdTable, number: number): string {
  return `${prefixes[table]}-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

function idSql(table: CrowdTable, number: string): string {
  return `('${prefixes[table]}-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
}

/** Fills a database that has nothing but its migrations, in SQL, within seconds. */
export async function fillWithCrowd(database: TestDatabase, crowd: Crowd): Promise<void> {
  // Foreign keys and triggers are not asked: what is made here fits.
  const statements = [...people(crowd), ...agentsOf(crowd), ...talk(crowd)];
  await database.query(
    `SET session_replication_role = replica; SET synchronous_commit = off; ${statements.join(";\n")}; ANALYZE; RESET ALL`,
  );
}

const hash = (prefix: string, number: string): string => `decode(md5('${prefix}' || ${number}), 'hex')`;
/** An older row for a higher number. */
const ago = (number: string): string => `now() - ${number} * interval '1 second'`;

function people({ users }: Crowd): string[] {
  const all = `generate_series(1, ${users}) AS n`;
  return [
    `INSERT INTO users (id, username, display_name, role, email, disabled_at, deleting_at, created_at, last_seen_at)
     SELECT ${idSql("users", "n")}, 'person-' || md5(n::text), 'Person ' || substr(md5('d' || n), 1, 12), CASE WHEN n % 4000 = 3 THEN 'admin' ELSE 'member' END,
       'p' || n || '@example.org', CASE WHEN n % 100 = 99 THEN now() END, CASE WHEN n % 10000 = 9999 THEN now() END, ${ago("n")}, ${ago("n")} FROM ${all}`,
    `INSERT INTO local_passwords (user_id, password_hash) SELECT ${idSql("users", "n")}, md5(n::text) FROM ${all}`,
    `INSERT INTO oidc_identities (id, user_id, issuer, subject) SELECT ${idSql("oidc_identities", "n")}, ${idSql("users", "n")}, 'https://login.example', md5(n::text) FROM ${all}`,
    `INSERT INTO sessions (id, user_id, token_hash, idle_expires_at, expires_at)
     SELECT ${idSql("sessions", "n")}, ${idSql("users", "n")}, ${hash("s", "n")}, now() + (n % 600) * interval '1 minute', now() + interval '2 days' FROM ${all}`,
    `INSERT INTO access_tokens (id, user_id, name, token_hash, hint, scopes)
     SELECT ${idSql("access_tokens", "n")}, ${idSql("users", "n")}, 'token', ${hash("t", "n")}, 'abcd', ARRAY['read'] FROM ${all}`,
    `INSERT INTO sign_in_places (user_id, place_hash, last_sign_in_at) SELECT ${idSql("users", "n")}, ${hash("p", "n")}, ${ago("n")} FROM ${all}`,
    `INSERT INTO login_throttles (subject, failures, window_start_at) SELECT 'name:' || md5(n::text), 1, ${ago("n")} FROM ${all}`,
    `INSERT INTO invites (id, code_hash, hint, role, max_uses, created_by_id, created_at, expires_at)
     SELECT ${idSql("invites", "n")}, ${hash("i", "n")}, 'abcd', 'member', 5, ${idSql("users", "3")}, ${ago("n")}, now() + interval '1 day' FROM ${all}`,
    `INSERT INTO llm_providers (id, owner_id, kind, name, models, is_shared)
     SELECT ${idSql("llm_providers", "n")}, ${idSql("users", "n")}, 'demo', 'Demo', '[{"id":"mosaic-demo"},{"id":"other"}]', n % 4000 = 3 FROM ${all}`,
  ];
}

function agentsOf({ users, agents }: Crowd): string[] {
  const all = `generate_series(1, ${agents}) AS n`;
  const owner = idSql("users", `CASE WHEN n <= 20 THEN ${heavyUser} ELSE 1 + n % ${users} END`);
  return [
    `INSERT INTO agents (id, owner_id, backend_id, name, emoji, personality, tools)
     SELECT ${idSql("agents", "n")}, CASE WHEN n > ${agents - 3} THEN NULL ELSE ${owner} END, 'openclaw', 'Agent ' || substr(md5('a' || n), 1, 12), '🦞', '', '{}' FROM ${all}`,
    `INSERT INTO agent_containers (agent_id, name, status, status_since, token_encrypted, token_hash, last_active_at, restart_pending_since, updated_at)
     SELECT ${idSql("agents", "n")}, 'mosaic-' || n,
       CASE WHEN n % 1000 = 1 THEN 'running' WHEN n % 10000 = 2 THEN 'starting' WHEN n % 10000 = 3 THEN 'stopping' WHEN n % 500 = 4 THEN 'error' ELSE 'stopped' END,
       ${ago("n")}, 'enc:', ${hash("c", "n")}, ${ago("n")}, CASE WHEN n % 5000 = 1 THEN now() END, ${ago("n")} FROM ${all}`,
    `INSERT INTO model_assignments (id, agent_id, provider_id, model, position)
     SELECT ${idSql("model_assignments", "n")}, ${idSql("agents", "n")}, ${idSql("llm_providers", `CASE WHEN n % 3 = 0 THEN 3 ELSE 1 + n % ${users} END`)}, 'mosaic-demo', 0 FROM ${all} WHERE n % 10 <> 0`,
    `INSERT INTO model_assignments (id, user_id, provider_id, model, position)
     SELECT gen_random_uuid(), ${idSql("users", "n")}, ${idSql("llm_providers", "3")}, 'mosaic-demo', 0 FROM generate_series(1, ${users}, 10) AS n`,
    `INSERT INTO model_assignments (id, provider_id, model, position) VALUES (gen_random_uuid(), ${idSql("llm_providers", "3")}, 'mosaic-demo', 0)`,
  ];
}

function talk({ users, agents, conversations, messages, auditEvents }: Crowd): string[] {
  const agent = `CASE WHEN n <= ${heavyConversations} THEN 1 + n % 20 ELSE 1 + n % ${agents} END`;
  const user = `CASE WHEN n <= ${heavyConversations} THEN ${heavyUser} ELSE 1 + n % ${users} END`;
  const folder = `CASE WHEN n <= ${heavyConversations} THEN 1 + n % 40 ELSE n END`;
  const text = "repeat(md5(n::text), 6)";
  return [
    `INSERT INTO conversations (id, user_id, agent_id, folder_id, title_encrypted, indexed_title, pinned_at, archived_at, deleted_at, is_listed, created_at, updated_at)
     SELECT ${idSql("conversations", "n")}, ${idSql("users", user)}, ${idSql("agents", agent)}, CASE WHEN n % 4 = 1 THEN ${idSql("folders", folder)} END,
       'enc:' || md5(n::text), right(md5(n::text), 24), CASE WHEN n % 500 = 7 THEN ${ago("n")} END,
       CASE WHEN n % 3 = 2 AND n % 500 <> 7 THEN ${ago("n")} END, CASE WHEN n % 4000 = 11 THEN ${ago("n")} END, n % 5 <> 4, ${ago("n")}, ${ago("n")} FROM generate_series(1, ${conversations}) AS n`,
    `INSERT INTO folders (id, user_id, name_encrypted, instructions_encrypted, instructions_id, created_at)
     SELECT ${idSql("folders", "n")}, ${idSql("users", user)}, 'enc:', 'enc:', CASE WHEN n % 3 <> 0 THEN gen_random_uuid() END, ${ago("n")} FROM generate_series(1, ${conversations}) AS n
     WHERE n <= 40 OR n > ${heavyConversations}`,
    `INSERT INTO messages (id, conversation_id, parent_id, left_at, agent_session, role, content_encrypted, status, process_id, is_indexed, instructions_id, created_at)
     SELECT ${idSql("messages", "n")}, ${idSql("conversations", `1 + n % ${conversations}`)}, ${idSql("conversations", `1 + n % ${conversations}`)},
       CASE WHEN n % 20 = 19 THEN ${ago("n")} END, CASE WHEN n % 40 = 18 THEN 'conv-' || n END, CASE WHEN n % 2 = 0 THEN 'user' ELSE 'assistant' END, ${text},
       CASE WHEN n % ${Math.ceil(messages / 6)} = 1 THEN 'streaming' ELSE 'complete' END, gen_random_uuid(), true, CASE WHEN n % 30 = 1 THEN gen_random_uuid() END, ${ago("n")} FROM generate_series(1, ${messages}) AS n`,
    `INSERT INTO search_keys (user_id, key_encrypted) SELECT ${idSql("users", "n")}, 'enc:' FROM generate_series(1, ${users}) AS n`,
    `INSERT INTO search_titles (conversation_id, user_id, tokens)
     SELECT ${idSql("conversations", "n")}, ${idSql("users", user)}, array_to_tsvector(ARRAY['title-' || n]) FROM generate_series(1, ${conversations}) AS n`,
    `INSERT INTO search_messages (message_id, user_id, tokens)
     SELECT m.id, v.user_id, array_to_tsvector(ARRAY['of-all', 'token-' || row_number() OVER (ORDER BY m.id)]) FROM messages m JOIN conversations v ON v.id = m.conversation_id`,
    `INSERT INTO waiting_messages (id, conversation_id, content_encrypted, created_at)
     SELECT ${idSql("waiting_messages", "n")}, ${idSql("conversations", "n")}, ${text}, ${ago("n")} - CASE WHEN n > 100 THEN interval '9 days' ELSE interval '0' END FROM generate_series(1, ${conversations}) AS n`,
    `INSERT INTO files (id, user_id, message_id, name_encrypted, key_encrypted, media_type, size_bytes, ready_at, created_at)
     SELECT ${idSql("files", "n")}, ${idSql("users", `1 + n % ${users}`)}, CASE WHEN n % 100 <> 3 THEN ${idSql("messages", "n")} END, 'enc:' || md5(n::text), 'enc:' || md5(n::text),
       'text/plain', 1000, CASE WHEN n % 1000 <> 5 THEN ${ago("n")} END, ${ago("n")} FROM generate_series(1, ${messages}, 4) AS n`,
    `INSERT INTO file_pieces (file_id, seq, payload) SELECT ${idSql("files", "n")}, 0, ${hash("f", "n")} FROM generate_series(1, ${messages}, 4) AS n`,
    `INSERT INTO agent_event_rates (agent_id, allowed_at) SELECT ${idSql("agents", "n")}, ${ago("n")} FROM generate_series(1, ${agents}) AS n`,
    `INSERT INTO agent_event_keys (agent_id, key_hash, conversation_id, message_id, created_at)
     SELECT ${idSql("agents", `1 + n % ${agents}`)}, ${hash("e", "n")}, ${idSql("conversations", "n")}, ${idSql("messages", "n")}, ${ago("n")} FROM generate_series(1, ${conversations}) AS n`,
    `INSERT INTO openai_conversations (user_id, key, conversation_id)
     SELECT ${idSql("users", user)}, ${hash("alike", "n")}, ${idSql("conversations", "n")} FROM generate_series(1, ${conversations}) AS n`,
    `INSERT INTO openai_turns (answer_id, user_id, conversation_id, asked, told, request_key, body, created_at)
     SELECT m.id, v.user_id, v.id, sha256(convert_to('asked' || m.id, 'UTF8')), NULL, sha256(convert_to('request' || m.id, 'UTF8')), sha256('body'), m.created_at
     FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE m.role = 'assistant'`,
    `INSERT INTO drafts (conversation_id, revision, content_encrypted, updated_at)
     SELECT ${idSql("conversations", "n")}, gen_random_uuid(), ${text}, ${ago("n")} FROM generate_series(1, ${conversations}) AS n`,
    `INSERT INTO conversation_shares (id, owner_id, conversation_id, token_hash, key_encrypted, title_encrypted, message_count)
     SELECT ${idSql("conversation_shares", "n")}, ${idSql("users", user)}, ${idSql("conversations", "n")}, CASE WHEN n % 2 = 0 THEN ${hash("link", "n")} END,
       CASE WHEN n % 2 = 1 THEN 'enc:' END, ${text}, 1 FROM generate_series(1, ${conversations}) AS n WHERE n <= 90 OR n > ${heavyConversations}`,
    `INSERT INTO conversation_share_members (share_id, user_id)
     SELECT ${idSql("conversation_shares", "n")}, ${idSql("users", user)} FROM generate_series(1, ${conversations}, 2) AS n WHERE n <= 90 OR n > ${heavyConversations}`,
    `INSERT INTO shared_pages (share_id, place, content_encrypted)
     SELECT ${idSql("conversation_shares", "n")}, 0, ${text} FROM generate_series(1, ${conversations}) AS n WHERE n <= 90 OR n > ${heavyConversations}`,
    `INSERT INTO agent_sessions_to_delete (agent_id, session, next_at)
     SELECT ${idSql("agents", "n")}, 's-' || n, ${ago("n")} FROM generate_series(1, ${agents}) AS n`,
    `INSERT INTO push_devices (id, user_id, session_id, subscription_encrypted) SELECT ${idSql("push_devices", "n")}, ${idSql("users", "n")}, ${idSql("sessions", "n")}, 'enc:' FROM generate_series(1, ${users}) AS n`,
    `INSERT INTO push_deliveries (message_id, device_id, user_id, due_at)
     SELECT ${idSql("messages", "n")}, ${idSql("push_devices", `1 + n % ${users}`)}, ${idSql("users", `1 + n % ${users}`)}, now() + n * interval '1 second' FROM generate_series(1, ${messages}, 2) AS n`,
    `INSERT INTO turn_events (message_id, seq, payload_encrypted) SELECT ${idSql("messages", "n")}, 1, ${text} FROM generate_series(1, ${messages}, 2) AS n`,
    `INSERT INTO audit_events (id, at, actor_kind, actor_id, actor_name, action, target_type, target_id, target_name, outcome)
     SELECT ${idSql("audit_events", "n")}, ${ago("n")}, 'user', ${idSql("users", `1 + n % ${users}`)}, 'person-' || md5((1 + n % ${users})::text),
       CASE WHEN n % 2 = 0 THEN 'message.send' WHEN n % 9999 = 1 THEN 'backend.update' WHEN n % 7 = 1 THEN 'agent.update' ELSE 'auth.sign_in' END,
       'agent', md5(n::text), 'Agent ' || substr(md5('a' || n), 1, 12), CASE WHEN n % 2000 = 5 THEN 'failed' WHEN n % 1000 = 7 THEN 'refused' ELSE 'done' END
     FROM generate_series(1, ${auditEvents}) AS n`,
  ];
}
