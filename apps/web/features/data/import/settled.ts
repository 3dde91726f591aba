import type { ConversationLine, MessageLine } from "@mosaic/contracts/conversation-files";
import type { MessagePart } from "@mosaic/contracts/message-parts";
import type { ForeignConversation, ForeignMessage, Omission } from "@/features/data/import/foreign";
import { m } from "@messages/data";

interface Settled {
  readonly conversation: ConversationLine;
  readonly messages: readonly MessageLine[];
  readonly omissions: readonly Omission[];
}

/** Of one message; an import takes no more. */
const partsMax = 2_000;

type Kept = ForeignMessage & { readonly role: MessageLine["role"] };

/** The lines of a conversation: a tree without circles, parents first, whatever the file says. `nowMs`: for what has no time. */
export const settled = (foreign: ForeignConversation, nowMs: number): Settled => {
  const omissions = [...foreign.omissions];
  const all = uniqueOf(foreign.messages, omissions);
  const parents = parentsOf(all, omissions);
  const kept = all.filter((message): message is Kept => isKept(message));
  const ordered = inOrder(kept, parents);
  const { answers, of } = joined(ordered, parents);
  const numbers = new Map(answers.map(({ id }, index) => [id, String(index + 1)]));
  const numberOf = (id: string | null): string | null => (id === null ? null : (numbers.get(of.get(id) ?? id) ?? null));
  const times = kept.map(({ atMs }) => atMs).filter((ms) => ms !== null);
  const createdAtMs = foreign.createdAtMs ?? minOf(times) ?? nowMs;
  const messages = answers.map((message): MessageLine => {
    const { id, role, parts, status, atMs } = message;
    return {
      type: "message",
      id: numbers.get(id) ?? "",
      parentId: numberOf(parents.get(id) ?? null),
      role,
      parts: [...parts],
      status,
      usage: null,
      createdAt: iso(atMs ?? createdAtMs, nowMs),
    };
  });
  const active = foreign.activeId === null ? null : nearestKept(foreign.activeId, all, parents);
  return { conversation: headOf(foreign, { createdAtMs, nowMs, times, messages, activeMessageId: numberOf(active) }), messages, omissions };
};

interface Head {
  readonly createdAtMs: number;
  readonly nowMs: number;
  readonly times: readonly number[];
  readonly messages: readonly MessageLine[];
  readonly activeMessageId: string | null;
}

const headOf = (foreign: ForeignConversation, { createdAtMs, nowMs, times, messages, activeMessageId }: Head): ConversationLine => {
  const opening = titleOf(textOf(messages.find(({ role }) => role === "user")?.parts ?? []));
  return {
    type: "conversation",
    source: foreign.source,
    id: (foreign.id || idWithout(foreign, times, opening)).toWellFormed().slice(0, 200),
    title: titleOf(foreign.title) || opening || m.importedConversation,
    activeMessageId,
    isPinned: foreign.isPinned && !foreign.isArchived,
    isArchived: foreign.isArchived,
    createdAt: iso(createdAtMs, nowMs),
    updatedAt: iso(foreign.updatedAtMs ?? maxOf(times) ?? createdAtMs, nowMs),
  };
};

/**
 * By what the file itself says, so that it is the same one whenever, and in whatever language of the page, the file is read again. Never empty: an import
 * takes no conversation without one.
 */
const idWithout = ({ title, createdAtMs }: ForeignConversation, times: readonly number[], opening: string): string =>
  JSON.stringify([titleOf(title), createdAtMs ?? minOf(times) ?? null, opening]);

const isKept = ({ role, parts }: ForeignMessage): boolean => role !== null && parts.length > 0;

const uniqueOf = (messages: readonly ForeignMessage[], omissions: Omission[]): ForeignMessage[] => {
  const byId = new Map<string, ForeignMessage>();
  for (const message of messages) {
    if (byId.has(message.id)) {
      omissions.push("broken_message");
    } else {
      byId.set(message.id, message);
      if (message.role !== null && message.parts.length === 0) omissions.push("empty_message");
    }
  }
  return [...byId.values()];
};

/** The nearest message before each that is kept. Whoever would be their own ancestor is a first one. */
const parentsOf = (all: readonly ForeignMessage[], omissions: Omission[]): Map<string, string | null> => {
  const byId = new Map(all.map((message) => [message.id, message]));
  const above = new Map<string, string | null>();
  const done = new Set<string>();
  for (const { id } of all) {
    const way: string[] = [];
    const onWay = new Set<string>();
    let at: string | null = id;
    while (at !== null && !done.has(at) && byId.has(at)) {
      if (onWay.has(at)) {
        above.set(way.at(-1) ?? at, null);
        omissions.push("broken_message");
        break;
      }
      way.push(at);
      onWay.add(at);
      const next: string | null = byId.get(at)?.parentId ?? null;
      above.set(at, next !== null && byId.has(next) ? next : null);
      at = above.get(at) ?? null;
    }
    way.forEach((one) => done.add(one));
  }
  const kept = new Set(all.filter(isKept).map(({ id }) => id));
  const nearest = new Map<string, string | null>();
  for (const { id } of all) {
    const way: string[] = [];
    let at: string | null = above.get(id) ?? null;
    way.push(id);
    while (at !== null && !nearest.has(at) && !kept.has(at)) {
      way.push(at);
      at = above.get(at) ?? null;
    }
    const found: string | null = at === null || kept.has(at) ? at : (nearest.get(at) ?? null);
    way.forEach((one) => nearest.set(one, found));
  }
  return nearest;
};

/** Each message before those that follow it; where a file does not tell otherwise, in its order. */
const inOrder = (kept: readonly Kept[], parents: ReadonlyMap<string, string | null>): Kept[] => {
  const after = Map.groupBy(kept, ({ id }) => parents.get(id) ?? null);
  const ordered: Kept[] = [];
  const open = (after.get(null) ?? []).toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    ordered.push(next);
    for (const follower of (after.get(next.id) ?? []).toReversed()) open.push(follower);
  }
  return ordered;
};

/** What a model thought, called and said in one answer is one message here. `of`: which message another became a part of. */
const joined = (ordered: readonly Kept[], parents: ReadonlyMap<string, string | null>): { answers: Kept[]; of: Map<string, string> } => {
  const followers = new Map<string, number>();
  for (const { id } of ordered) {
    const parent = parents.get(id) ?? null;
    if (parent !== null) followers.set(parent, (followers.get(parent) ?? 0) + 1);
  }
  const of = new Map<string, string>();
  const answers = new Map<string, Kept>();
  for (const message of ordered) {
    const parentId = parents.get(message.id) ?? null;
    const head = parentId === null ? undefined : answers.get(of.get(parentId) ?? parentId);
    const isNext = head?.role === "assistant" && message.role === "assistant" && followers.get(parentId ?? "") === 1;
    if (isNext && head.parts.length + message.parts.length <= partsMax) {
      answers.set(head.id, { ...head, parts: withParts(head.parts, message.parts), status: message.status });
      of.set(message.id, head.id);
    } else {
      answers.set(message.id, { ...message, parts: withParts([], message.parts).slice(0, partsMax) });
    }
  }
  return { answers: [...answers.values()], of };
};

/** What a tool said belongs to its call. */
const withParts = (known: readonly MessagePart[], added: readonly MessagePart[]): readonly MessagePart[] => {
  const parts = [...known];
  for (const part of added) {
    const isOutput = part.type === "tool_call" && part.input === undefined && part.output !== undefined;
    const at = isOutput
      ? parts.findLastIndex((one) => one.type === "tool_call" && one.output === undefined && (one.id === part.id || one === parts.at(-1)))
      : -1;
    const call = parts[at];
    if (isOutput && call?.type === "tool_call") {
      parts[at] = { ...call, output: part.output };
    } else {
      parts.push(part);
    }
  }
  return parts;
};

const nearestKept = (id: string, all: readonly ForeignMessage[], parents: ReadonlyMap<string, string | null>): string | null => {
  const message = all.find((one) => one.id === id);
  return message === undefined ? null : isKept(message) ? id : (parents.get(id) ?? null);
};

const titleOf = (text: string): string =>
  Array.from(
    text
      .toWellFormed()
      .replaceAll(/[\p{Cc}\s]+/gu, " ")
      .trim(),
  )
    .slice(0, 60)
    .join("")
    .trim();

const textOf = (parts: readonly MessagePart[]): string =>
  parts
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join(" ")
    .slice(0, 500);

const iso = (ms: number, nowMs: number): string => new Date(Math.min(Math.max(ms, 0), nowMs)).toISOString();

const minOf = (numbers: readonly number[]): number | undefined =>
  numbers.reduce<number | undefined>((min, one) => Math.min(min ?? one, one), undefined);
const maxOf = (numbers: readonly number[]): number | undefined =>
  numbers.reduce<number | undefined>((max, one) => Math.max(max ?? one, one), undefined);
