import type { ConversationSource, MessageLine } from "@mosaic/contracts/conversation-files";
import type { MessagePart } from "@mosaic/contracts/message-parts";
import { m } from "@messages/data";

/** What of a conversation does not come along. */
export type Omission =
  | "system_message"
  | "hidden_message"
  | "image"
  | "file"
  | "audio"
  | "other_content"
  | "empty_message"
  | "broken_message";

/** A message as other software keeps it. `role: null`: it is left out, and what follows it follows the one before. */
export interface ForeignMessage {
  readonly id: string;
  readonly parentId: string | null;
  readonly role: MessageLine["role"] | null;
  readonly parts: readonly MessagePart[];
  readonly status: MessageLine["status"];
  /** `null`: nobody says. */
  readonly atMs: number | null;
}

export interface ForeignConversation {
  readonly source: ConversationSource;
  readonly id: string;
  readonly title: string;
  readonly activeId: string | null;
  readonly isPinned: boolean;
  readonly isArchived: boolean;
  readonly createdAtMs: number | null;
  readonly updatedAtMs: number | null;
  readonly messages: readonly ForeignMessage[];
  readonly omissions: readonly Omission[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none of anything else. Only own ones are read: a file may name any. */
export const fieldsOf = (value: unknown): Fields =>
  isObject(value) && !Array.isArray(value) ? Object.assign(Object.create(null), value) : {};

export const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** An id may be a number. */
export const idOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;

/** Seconds, milliseconds or nanoseconds since 1970, or a date as text. */
export const timeOf = (value: unknown): number | null => {
  if (typeof value === "string") {
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? null : ms;
  }
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) return null;
  const ms = value > 1e17 ? value / 1e6 : value > 1e11 ? value : value * 1000;
  return ms < 8.64e15 ? ms : null;
};

/** What Postgres and UTF-8 can hold: no NUL, no half of a character. */
const clean = (text: string): string => text.toWellFormed().replaceAll("\u0000", "");

export const textPart = (text: string): readonly MessagePart[] => (text.trim() === "" ? [] : [{ type: "text", text: clean(text) }]);

export const thoughtPart = (text: string): readonly MessagePart[] => (text.trim() === "" ? [] : [{ type: "reasoning", text: clean(text) }]);

/** In place of what does not come along. */
export const missingPart = (what: string): MessagePart => ({ type: "notice", text: clean(m.wasNotImported(what)) });

const toolTextMax = 4_000;

export const toolPart = (id: string, name: string, said: { input?: string; output?: string }): MessagePart => ({
  type: "tool_call",
  id: clean(id.slice(0, 200)),
  name: clean((name || "tool").slice(0, 200)),
  state: "completed",
  ...(said.input ? { input: cut(said.input) } : {}),
  ...(said.output ? { output: cut(said.output) } : {}),
});

const cut = (text: string): string => clean(text.length > toolTextMax ? `${text.slice(0, toolTextMax)}…` : text);

export const jsonOf = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
