import type { SealContext } from "../modules/crypto/sealed-box.js";
import { shareKeyContext, shareTitleContext } from "../modules/conversation-files/shares/shares.types.js";
import { containerTokenContext } from "../modules/agent-config/agent-config.types.js";
import { contentContext, draftContext, eventsContext, titleContext, waitingContext } from "../modules/conversations/message-seal.js";
import { fileKeyContext, fileNameContext } from "../modules/files/sealed-pieces.js";
import { folderInstructionsContext, folderNameContext } from "../modules/folders/folders.types.js";
import { keyContext } from "../modules/llm-providers/llm-providers.types.js";
import { subscriptionContext } from "../modules/push/push.types.js";
import { searchKeyContext } from "../modules/search/search.types.js";
import { settingContext } from "../modules/settings/setting-context.js";

/** Where sealed values are, and what each is bound to. A test fails when the database holds one anywhere else. */
export interface SealedColumn {
  readonly table: string;
  /** SQL of what tells the rows of the table `t` apart. */
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
    id: "t.key",
    column: "value",
    rows: "system_config t",
    owner: "NULL::text",
    context: (key) => settingContext(key),
  },
  {
    table: "llm_providers",
    id: "t.id",
    column: "api_key_encrypted",
    rows: "llm_providers t",
    owner: "t.owner_id::text",
    context: (id, owner) => keyContext({ id, ownerId: owner ?? "" }),
  },
  {
    table: "agent_containers",
    id: "t.agent_id",
    column: "token_encrypted",
    rows: "agent_containers t JOIN agents o ON o.id = t.agent_id",
    owner: "o.owner_id::text",
    context: (agentId, owner) => containerTokenContext(owner, agentId),
  },
  {
    table: "conversations",
    id: "t.id",
    column: "title_encrypted",
    rows: "conversations t",
    owner: "t.user_id::text",
    context: (id, owner) => titleContext(owner ?? "", id),
  },
  {
    table: "messages",
    id: "t.id",
    column: "content_encrypted",
    rows: "messages t JOIN conversations o ON o.id = t.conversation_id",
    owner: "o.user_id::text",
    context: (id, owner) => contentContext(owner ?? "", id),
  },
  {
    table: "waiting_messages",
    id: "t.id",
    column: "content_encrypted",
    rows: "waiting_messages t JOIN conversations o ON o.id = t.conversation_id",
    owner: "o.user_id::text",
    context: (id, owner) => waitingContext(owner ?? "", id),
  },
  {
    table: "files",
    id: "t.id",
    column: "name_encrypted",
    rows: "files t",
    owner: "t.user_id::text",
    context: (id, owner) => fileNameContext(owner ?? "", id),
  },
  {
    // The pieces of a file are under this key, and stay as they are.
    table: "files",
    id: "t.id",
    column: "key_encrypted",
    rows: "files t",
    owner: "t.user_id::text",
    context: (id, owner) => fileKeyContext(owner ?? "", id),
  },
  {
    table: "drafts",
    id: "t.conversation_id",
    column: "content_encrypted",
    rows: "drafts t JOIN conversations o ON o.id = t.conversation_id",
    owner: "o.user_id::text",
    context: (id, owner) => draftContext(owner ?? "", id),
  },
  {
    table: "folders",
    id: "t.id",
    column: "name_encrypted",
    rows: "folders t",
    owner: "t.user_id::text",
    context: (id, owner) => folderNameContext(owner ?? "", id),
  },
  {
    table: "folders",
    id: "t.id",
    column: "instructions_encrypted",
    rows: "folders t",
    owner: "t.user_id::text",
    context: (id, owner) => folderInstructionsContext(owner ?? "", id),
  },
  {
    table: "search_keys",
    id: "t.user_id",
    column: "key_encrypted",
    rows: "search_keys t",
    owner: "t.user_id::text",
    context: (userId) => searchKeyContext(userId),
  },
  {
    table: "conversation_shares",
    id: "t.id",
    column: "key_encrypted",
    rows: "conversation_shares t",
    owner: "t.owner_id::text",
    context: (id, owner) => shareKeyContext(owner ?? "", id),
  },
  {
    table: "conversation_shares",
    id: "t.id",
    column: "title_encrypted",
    rows: "conversation_shares t",
    owner: "t.owner_id::text",
    context: (id, owner) => shareTitleContext(owner ?? "", id),
  },
  {
    table: "push_devices",
    id: "t.id",
    column: "subscription_encrypted",
    rows: "push_devices t",
    owner: "t.user_id::text",
    context: (id, owner) => subscriptionContext(owner ?? "", id),
  },
  {
    table: "turn_events",
    id: "(t.message_id || ':' || t.seq)",
    column: "payload_encrypted",
    rows: "turn_events t JOIN messages m ON m.id = t.message_id JOIN conversations o ON o.id = m.conversation_id",
    owner: "o.user_id::text",
    context: (id, owner) => {
      const [messageId = "", seq = ""] = id.split(":");
      return eventsContext(owner ?? "", messageId, seq);
    },
  },
];

/** Sealed too, but for minutes only: they are dropped, and whoever is signing in begins again. */
export const droppedColumns = [{ table: "oidc_flows", column: "sealed" }] as const;

/** Sealed under keys of their own, which are sealed in other columns or are in nobody's database. */
export const otherKeys = [{ table: "shared_pages", column: "content_encrypted" }] as const;
