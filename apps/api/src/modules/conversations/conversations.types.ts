import type { AgentEventKind } from "@mosaic/contracts/agent-event";
import type { MessageRole, MessageStatus } from "@mosaic/contracts/chat";
import type { MessagePart, AnswerUsage } from "@mosaic/contracts/message-parts";

/** What a message says, sealed as one value. `text`: its one part is the text. `parts`: JSON of all parts. */
export interface SealedContent {
  readonly contentEncrypted: string;
  readonly contentFormat: "text" | "parts";
}

/** A message as it is stored. */
export interface StoredMessage extends SealedContent {
  readonly id: string;
  readonly role: MessageRole;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly contextTokens: number | null;
  readonly contextWindow: number | null;
  readonly costMicros: bigint | number | null;
  readonly model: string | null;
  readonly status: MessageStatus;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  /** `null`: it belongs to a turn. */
  readonly agentEventKind: AgentEventKind | null;
  readonly createdAt: Date;
}

/** A message on the path that is shown, with its other versions, oldest first. */
export interface StoredPathMessage extends StoredMessage {
  readonly otherVersions: readonly string[];
}

/** A message of the tree. `parentId`: `null` for a first one. */
export interface StoredTreeMessage extends StoredMessage {
  readonly parentId: string | null;
  /** It is on the path that is shown. */
  readonly isShown: boolean;
}

export interface StoredConversation {
  readonly id: string;
  readonly agentId: string;
  readonly titleEncrypted: string;
  readonly memoryGivenAt: Date | null;
  readonly importedAt: Date | null;
  readonly pinnedAt: Date | null;
  readonly archivedAt: Date | null;
  readonly isListed: boolean;
  /** `null`: its owner has seen all. */
  readonly unreadMessageId: string | null;
  /** Absent: nobody asked. */
  readonly answeringId?: string | null;
  readonly folderId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A message that waits for the end of the answer under way. */
export interface StoredWaiting {
  readonly id: string;
  readonly contentEncrypted: string;
  readonly isNext: boolean;
  readonly createdAt: Date;
}

/** The columns of a `StoredWaiting`. */
export const waitingFields = { id: true, contentEncrypted: true, isNext: true, createdAt: true } as const;

/** What its owner has typed in a conversation, as it is stored. */
export interface StoredDraft {
  readonly revision: string;
  readonly contentEncrypted: string;
  readonly updatedAt: Date;
}

/** What is left out stays. One that is pinned is not archived, and the other way round. */
export interface ConversationChange {
  readonly titleEncrypted?: string;
  readonly isPinned?: boolean;
  readonly isArchived?: boolean;
  readonly isListed?: true;
  /** `null`: out of its folder. */
  readonly folderId?: string | null;
}

export interface Answer {
  readonly parts: readonly MessagePart[];
  readonly usage: AnswerUsage | null;
}

/** How an answer ended. */
export interface AnswerEnd {
  readonly status: Exclude<MessageStatus, "streaming">;
  readonly error: { readonly code: string; readonly detail: string } | null;
}

/** A turn that has begun: both of its messages are stored. */
export interface BegunTurn {
  readonly userId: string;
  readonly agentId: string;
  /** The agent belongs to this person, and speaks to nobody else. */
  readonly isOwned: boolean;
  readonly conversationId: string;
  /** The agent's, in which it goes on. */
  readonly session: string;
  readonly answerId: string;
  readonly answerCreatedAt: Date;
}

/** The columns of a `StoredMessage`. */
export const messageFields = {
  id: true,
  role: true,
  contentEncrypted: true,
  contentFormat: true,
  status: true,
  errorCode: true,
  errorDetail: true,
  inputTokens: true,
  outputTokens: true,
  cachedTokens: true,
  contextTokens: true,
  contextWindow: true,
  costMicros: true,
  model: true,
  agentEventKind: true,
  createdAt: true,
} as const;

/** The columns of a `StoredMessage`, in SQL. */
export const messageColumns = `id, role, content_encrypted AS "contentEncrypted", content_format AS "contentFormat", status, error_code AS "errorCode",
  error_detail AS "errorDetail", input_tokens AS "inputTokens", output_tokens AS "outputTokens", cached_tokens AS "cachedTokens",
  context_tokens AS "contextTokens", context_window AS "contextWindow", cost_micros::float8 AS "costMicros", model,
  agent_event_kind AS "agentEventKind", created_at AS "createdAt"`;

/** The columns of a `StoredConversation`, in SQL. */
export const conversationColumns = `id, agent_id AS "agentId", title_encrypted AS "titleEncrypted", memory_given_at AS "memoryGivenAt", imported_at AS "importedAt", folder_id AS "folderId",
  pinned_at AS "pinnedAt", archived_at AS "archivedAt", is_listed AS "isListed", unread_message_id AS "unreadMessageId", created_at AS "createdAt", updated_at AS "updatedAt",
  (SELECT m.id FROM messages m WHERE m.conversation_id = conversations.id AND m.status = 'streaming' LIMIT 1) AS "answeringId"`;

/** As the indexes have it: 2 for what is pinned, 1 for the rest of the list, 0 for the archive, -1 for what is in none of them. */
export const rankSql = "(CASE WHEN NOT is_listed THEN -1 WHEN pinned_at IS NOT NULL THEN 2 WHEN archived_at IS NULL THEN 1 ELSE 0 END)";
