import { z } from "zod";
import { conversationTitle, messageRole } from "./chat.js";
import { answerUsage, messageParts } from "./message-parts.js";

/**
 * Conversations as files: JSON Lines (one JSON object a line, UTF-8, application/jsonl), described in docs/conversation-files.md. The first line is a
 * header. Each conversation is a line of its own, followed by its messages, parents before their children. The same lines are taken by an import.
 */
export const conversationFileType = "application/jsonl; charset=utf-8";

const fileHeaderLine = z.object({
  type: z.literal("header"),
  format: z.literal("mosaic-conversations"),
  version: z.literal(1),
  exportedAt: z.iso.datetime(),
});

/** Where a conversation was first kept. With it, an id tells whether it was imported before. */
export const conversationSource = z.enum(["mosaic", "chatgpt", "open_webui", "librechat"]);
export type ConversationSource = z.infer<typeof conversationSource>;

/** Any text: other software has ids of its own. */
const foreignId = z.string().min(1).max(200);

export const conversationLine = z.object({
  type: z.literal("conversation"),
  source: conversationSource,
  id: foreignId,
  title: conversationTitle,
  /** Told by exports, for people; an import does not read it. */
  agentName: z.string().max(200).optional(),
  /** The message that ends the branch that is shown. `null`: the newest. */
  activeMessageId: foreignId.nullable(),
  isPinned: z.boolean(),
  isArchived: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type ConversationLine = z.infer<typeof conversationLine>;

export const messageLine = z.object({
  type: z.literal("message"),
  id: foreignId,
  /** A message of the same conversation on a line before. `null`: it begins a branch of its own. */
  parentId: foreignId.nullable(),
  role: messageRole,
  parts: messageParts.max(2_500),
  status: z.enum(["complete", "stopped", "broken_off", "failed"]),
  /** What an answer took. `null`: nobody counted. */
  usage: answerUsage.extend({ model: z.string().max(400).optional() }).nullable(),
  createdAt: z.iso.datetime(),
});
export type MessageLine = z.infer<typeof messageLine>;

export const fileLine = z.discriminatedUnion("type", [fileHeaderLine, conversationLine, messageLine]);
export type FileLine = z.infer<typeof fileLine>;

export const exportQuery = z
  .strictObject({ format: z.enum(["jsonl", "markdown"]).default("jsonl") })
  .meta({ id: "ConversationExportQuery" });
export type ExportQuery = z.infer<typeof exportQuery>;

/** What an import takes at most. `lineBytes`: of one message. */
export const importLimits = { requestBytes: 32 * 1024 * 1024, lineBytes: 8 * 1024 * 1024, messages: 20_000, conversations: 1_000 } as const;

/** Why a conversation was not imported. */
export const leftOutReason = z.enum(["unreadable", "no_messages", "too_long", "deleted_lately"]);
export type LeftOutReason = z.infer<typeof leftOutReason>;

export const importReport = z
  .object({
    /** Conversations that were added, and their messages. */
    added: z.int(),
    messages: z.int(),
    /** Conversations that were there already. */
    known: z.int(),
    leftOut: z.array(z.object({ reason: leftOutReason, count: z.int() })),
  })
  .meta({ id: "ConversationImportReport" });
export type ImportReport = z.infer<typeof importReport>;
