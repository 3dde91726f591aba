"use client";

import type { ConversationWithMessages, WaitingMessage } from "@mosaic/contracts/chat";
import { chatFile, type ChatFile } from "@mosaic/contracts/files";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { z } from "zod";
import { restoreDraft } from "@/features/chat/drafts";
import { restoreFiles } from "@/features/chat/files/file-drafts";
import { newId } from "@/lib/new-id";
import { queryKeys } from "@/lib/query-keys";

const sending = z.object({
  id: z.string(),
  content: z.string(),
  files: z.array(chatFile),
  /** The last message that was there before, and those that waited. */
  known: z.array(z.string()),
});
/** What was sent, while nobody knows whether the server has it. */
export type Sending = z.infer<typeof sending>;

const storageKey = (key: string): string => `mosaic.sending.${key}`;

/** What this page itself is about to send, by conversation: anything else that is stored was left over by a reload. */
const own = new Map<string, { readonly ids: Set<string>; readonly end: PromiseWithResolvers<void> }>();

const stored = (key: string): Sending[] => {
  try {
    return z.array(sending).parse(JSON.parse(window.sessionStorage.getItem(storageKey(key)) ?? "[]"));
  } catch {
    return [];
  }
};

const store = (key: string, all: readonly Sending[]): void => {
  if (all.length === 0) window.sessionStorage.removeItem(storageKey(key));
  else window.sessionStorage.setItem(storageKey(key), JSON.stringify(all));
};

/** Keeps a message through a reload until it is dropped: once the server has it, or it is back in the field. `key`: of its draft. */
export const keepSending = (
  key: string,
  { content, files = [], known = [] }: { content: string; files?: readonly ChatFile[]; known?: readonly string[] },
): Sending => {
  const kept: Sending = { id: newId(), content, files: [...files], known: [...known] };
  store(key, [...stored(key), kept]);
  const mine = own.get(key) ?? { ids: new Set(), end: Promise.withResolvers<void>() };
  mine.ids.add(kept.id);
  own.set(key, mine);
  return kept;
};

export const dropSending = (key: string, { id }: Pick<Sending, "id">): void => {
  store(
    key,
    stored(key).filter((other) => other.id !== id),
  );
  const mine = own.get(key);
  mine?.ids.delete(id);
  if (mine?.ids.size !== 0) return;
  own.delete(key);
  mine.end.resolve();
};

/** Resolves once nothing is on its way to this conversation. `null`: nothing is. */
export const whenSent = (key: string): Promise<void> | null => own.get(key)?.end.promise ?? null;

/** What was not sent goes back to where it was written. */
export const giveBack = (key: string, { content, files }: { content: string; files: readonly ChatFile[] }): void => {
  if (content !== "") restoreDraft(key, content);
  restoreFiles(key, files);
};

/** Tells a message apart from the same words before it. */
export const knownIds = (client: QueryClient, conversationId: string): string[] => {
  const last = client.getQueryData<ConversationWithMessages>(queryKeys.conversation(conversationId))?.messages.at(-1);
  const waiting = client.getQueryData<readonly WaitingMessage[]>(queryKeys.waiting(conversationId)) ?? [];
  return [...(last === undefined ? [] : [last]), ...waiting].map(({ id }) => id);
};

/** Whether the server has it: as a message, or as one that waits. */
export const wasTaken = (
  { content, files, known }: Omit<Sending, "id">,
  { messages, waiting = [] }: Pick<ConversationWithMessages, "messages" | "waiting">,
): boolean => {
  const since = messages.slice(messages.findLastIndex(({ id }) => known.includes(id)) + 1);
  return (
    waiting.some((message) => message.content === content && !known.includes(message.id)) ||
    since.some(
      ({ role, content: said, parts }) =>
        role === "user" && said === content && files.every(({ id }) => parts.some((part) => part.type === "file" && part.id === id)),
    )
  );
};

/** Gives back what was on its way when the page was loaded again, unless it has arrived. For a conversation that is loaded. */
export const useLeftOver = (key: string, conversationId: string | null): void => {
  const client = useQueryClient();
  useEffect(() => {
    const mine = own.get(key)?.ids ?? new Set();
    const all = stored(key);
    store(
      key,
      all.filter(({ id }) => mine.has(id)),
    );
    const now = conversationId === null ? undefined : client.getQueryData<ConversationWithMessages>(queryKeys.conversation(conversationId));
    const left = all.filter((one) => !mine.has(one.id) && !(now !== undefined && wasTaken(one, now)));
    // What was written first comes first.
    for (const one of left.toReversed()) giveBack(key, one);
  }, [client, key, conversationId]);
};
