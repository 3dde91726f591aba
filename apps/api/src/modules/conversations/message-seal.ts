import { setImmediate as nextTurn } from "node:timers/promises";
import { problems, problemCode, type Problem } from "@mosaic/contracts/problem";
import type { Conversation, Message, MessageVersions, WaitingMessage } from "@mosaic/contracts/chat";
import { messageParts, textOfParts, textParts, type MessagePart, type AnswerUsage } from "@mosaic/contracts/message-parts";
import type { CryptoService } from "../crypto/crypto.service.js";
import type { SealedContent, StoredConversation, StoredMessage, StoredPathMessage, StoredWaiting } from "./conversations.types.js";

/** Where texts belong: one that is moved to another row, or to another person's, does not open. */
export const titleContext = (userId: string, id: string): { owner: string; field: string } => ({
  owner: userId,
  field: `conversations.title_encrypted:${id}`,
});
export const contentContext = (userId: string, id: string): { owner: string; field: string } => ({
  owner: userId,
  field: `messages.content_encrypted:${id}`,
});
export const waitingContext = (userId: string, id: string): { owner: string; field: string } => ({
  owner: userId,
  field: `waiting_messages.content_encrypted:${id}`,
});
export const draftContext = (userId: string, conversationId: string): { owner: string; field: string } => ({
  owner: userId,
  field: `drafts.content_encrypted:${conversationId}`,
});
/** `seq`: the number of the first of the events. */
export const eventsContext = (userId: string, messageId: string, seq: number | string): { owner: string; field: string } => ({
  owner: userId,
  field: `turn_events.payload_encrypted:${messageId}:${seq}`,
});

export function openConversation(crypto: CryptoService, userId: string, stored: StoredConversation): Conversation {
  return {
    id: stored.id,
    agentId: stored.agentId,
    title: crypto.open(stored.titleEncrypted, titleContext(userId, stored.id)),
    ...(stored.importedAt === null ? {} : { importedAt: stored.importedAt.toISOString() }),
    ...(stored.memoryGivenAt === null ? {} : { memoryGivenAt: stored.memoryGivenAt.toISOString() }),
    ...(stored.folderId === null ? {} : { folderId: stored.folderId }),
    isPinned: stored.pinnedAt !== null,
    isArchived: stored.archivedAt !== null,
    ...(stored.isListed ? {} : { isListed: false as const }),
    isUnread: stored.unreadMessageId !== null,
    ...(stored.answeringId == null ? {} : { answeringId: stored.answeringId }),
    createdAt: stored.createdAt.toISOString(),
    updatedAt: stored.updatedAt.toISOString(),
  };
}

export function openWaiting(
  crypto: CryptoService,
  userId: string,
  { id, contentEncrypted, isNext, createdAt }: StoredWaiting,
): WaitingMessage {
  return { id, content: crypto.open(contentEncrypted, waitingContext(userId, id)), isNext, createdAt: createdAt.toISOString() };
}

export function openMessage(crypto: CryptoService, userId: string, stored: StoredMessage): Message {
  const parts = openParts(crypto, userId, stored);
  return {
    id: stored.id,
    role: stored.role,
    content: textOfParts(parts),
    parts: [...parts],
    usage: usageOf(stored),
    status: stored.status,
    error: errorOf(stored.errorCode, stored.errorDetail),
    ...(stored.agentEventKind === null ? {} : { agentEvent: stored.agentEventKind }),
    createdAt: stored.createdAt.toISOString(),
  };
}

function versionsOf({ id, otherVersions }: StoredPathMessage): MessageVersions | null {
  const before = otherVersions.filter((other) => other < id);
  const after = otherVersions.slice(before.length);
  return otherVersions.length === 0
    ? null
    : { place: before.length + 1, count: otherVersions.length + 1, previousId: before.at(-1) ?? null, nextId: after[0] ?? null };
}

/** A millisecond or two, so that others are answered meanwhile. */
const charactersAtOnce = 256 * 1024;

/** In their order, with pauses between large ones. Throws `SealError` as `openMessage` does. */
export async function openMessages(crypto: CryptoService, userId: string, stored: readonly StoredPathMessage[]): Promise<Message[]> {
  const messages: Message[] = [];
  let sincePause = 0;
  for (const message of stored) {
    if (sincePause > charactersAtOnce) {
      await nextTurn();
      sincePause = 0;
    }
    const versions = versionsOf(message);
    messages.push({ ...openMessage(crypto, userId, message), ...(versions === null ? {} : { versions }) });
    sincePause += message.contentEncrypted.length;
  }
  return messages;
}

/** Nothing but text is stored as text, which every release before parts can read. */
export function sealParts(
  crypto: CryptoService,
  owner: { readonly userId: string; readonly messageId: string },
  parts: readonly MessagePart[],
): SealedContent {
  const isText = parts.every(({ type }) => type === "text") && parts.length <= 1;
  const plain = isText ? textOfParts(parts) : JSON.stringify(parts);
  return {
    contentEncrypted: crypto.seal(plain, contentContext(owner.userId, owner.messageId)),
    contentFormat: isText ? "text" : "parts",
  };
}

export function openParts(crypto: CryptoService, userId: string, stored: SealedContent & { readonly id: string }): readonly MessagePart[] {
  const plain = crypto.open(stored.contentEncrypted, contentContext(userId, stored.id));
  return stored.contentFormat === "text" ? textParts(plain) : messageParts.parse(JSON.parse(plain));
}

function usageOf(stored: StoredMessage): AnswerUsage | null {
  const { inputTokens, outputTokens, cachedTokens, contextTokens, contextWindow, costMicros, model } = stored;
  if (inputTokens === null || outputTokens === null) {
    return null;
  }
  return {
    inputTokens,
    outputTokens,
    cachedTokens: cachedTokens ?? 0,
    ...(contextTokens === null ? {} : { contextTokens }),
    ...(contextWindow === null ? {} : { contextWindow }),
    ...(costMicros === null ? {} : { costMicros: Number(costMicros) }),
    ...(model === null ? {} : { model }),
  };
}

/** A stored code in the form that pages show. One that a newer or older release wrote is `internal`. */
export function errorOf(code: string | null, detail: string | null): Pick<Problem, "code" | "title" | "detail"> | null {
  if (code === null) {
    return null;
  }
  const known = problemCode.safeParse(code);
  const shown = known.success ? known.data : "internal";
  return { code: shown, title: problems[shown].title, ...(detail === null ? {} : { detail }) };
}
