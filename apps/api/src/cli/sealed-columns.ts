import type { SealContext } from "../modules/crypto/sealed-box.js";
import { containerTokenContext } from "../modules/agent-config/agent-config.types.js";
import { contentContext, titleContext } from "../modules/conversations/message-seal.js";
import { keyContext } from "../modules/llm-providers/llm-providers.types.js";
import { settingContext } from "../modules/settings/setting-context.js";

/** Where sealed values are, and what each is bound to. A test fails when the database holds one anywhere else. */
export interface SealedColumn {
  readonly table: string;
  readonly id: string;
  readonly column: string;
  /** SQL of the rows as `t`, with the owner as text. */
  readonly rows: string;
  readonly owner: string;
  readonly context: (id: string, owner: string | null) => SealContext;
}

export const sealedColumns: readonly SealedColumn[] = [
  {
    table: "system_config",
    id: "key",
    column: "value",
    rows: "system_config t",
    owner: "NULL::text",
    context: (key) => settingContext(key),
  },
  {
    table: "llm_providers",
    id: "id",
    column: "api_key_encrypted",
    rows: "llm_providers t",
    owner: "t.owner_id::text",
    context: (id, owner) => keyContext({ id, ownerId: owner ?? "" }),
  },
  {
    table: "agent_containers",
    id: "agent_id",
    column: "token_encrypted",
    rows: "agent_containers t JOIN agents o ON o.id = t.agent_id",
    owner: "o.owner_id::text",
    context: (agentId, owner) => containerTokenContext(owner, agentId),
  },
  {
    table: "conversations",
    id: "id",
    column: "title_encrypted",
    rows: "conversations t",
    owner: "t.user_id::text",
    context: (id, owner) => titleContext(owner ?? "", id),
  },
  {
    table: "messages",
    id: "id",
    column: "content_encrypted",
    rows: "messages t JOIN conversations o ON o.id = t.conversation_id",
    owner: "o.user_id::text",
    context: (id, owner) => contentContext(owner ?? "", id),
  },
];

/** Sealed too, but for minutes only: they are dropped, and whoever is signing in begins again. */
export const droppedColumns = [{ table: "oidc_flows", column: "sealed" }] as const;
