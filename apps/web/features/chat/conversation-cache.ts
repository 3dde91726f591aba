"use client";

import type { Conversation, ConversationWithMessages, Message } from "@mosaic/contracts/chat";
import type { ConversationList } from "@mosaic/contracts/conversations";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { queryKeys } from "@/lib/query-keys";
import { putUnread } from "@/lib/unread";

/** Which conversations a list has. */
export interface ListFilter {
  /** `null`: of all agents. */
  readonly agentId: string | null;
  /** `null`: of all folders, and of none. */
  readonly folderId: string | null;
  readonly isArchived: boolean;
}

export type ListPages = InfiniteData<ConversationList, string | null>;

/** What a page has read itself, it need not fetch. */
export const putAnswerIntoCache = (
  client: QueryClient,
  id: string,
  { question, replacedId }: { readonly question: Message | null; readonly replacedId: string | null },
  answer: Message,
): void => {
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), (known) => {
    if (!known || question === null) return known;
    const cut = known.messages.findIndex((message) => message.id === replacedId);
    const others = (cut < 0 ? known.messages : known.messages.slice(0, cut)).filter(
      (message) => message.id !== question.id && message.id !== answer.id,
    );
    // What its agent has said by itself meanwhile comes after the answer: ids grow with time.
    const after = others.findIndex(({ id: other, agentEvent }) => agentEvent !== undefined && other > answer.id);
    const at = after < 0 ? others.length : after;
    const turn = [withVersions(question, known.messages), withVersions(answer, known.messages)];
    return { ...known, messages: [...others.slice(0, at), ...turn, ...others.slice(at)] };
  });
  // As the server has it: who stopped an answer has seen it.
  if (answer.status !== "stopped") putUnread(client, id, true);
};

/** Which version a message is, its conversation alone says: a turn does not. */
const withVersions = (message: Message, stored: readonly Message[]): Message => {
  const versions = message.versions ?? stored.find(({ id }) => id === message.id)?.versions;
  return versions === undefined ? message : { ...message, versions };
};

/** The conversation moves to the top of the list and out of the archive, with the title that its first message gave it. */
export const putTitleIntoCache = (client: QueryClient, id: string, change: Pick<Conversation, "title" | "updatedAt">): void => {
  client.setQueryData<ConversationWithMessages>(queryKeys.conversation(id), (known) =>
    known ? { ...known, ...change, isArchived: false } : known,
  );
  const found = listsOf(client)
    .flatMap(([, { pages }]) => pages.flatMap(({ conversations }) => conversations))
    .find((conversation) => conversation.id === id);
  if (found === undefined) {
    void client.invalidateQueries({ queryKey: queryKeys.conversations });
    return;
  }
  putIntoLists(client, { ...found, ...change, isArchived: false });
};

/** As it is now, in every list that has it, and in no other. Where it stands in them is for whoever shows them. */
export const putIntoLists = (client: QueryClient, conversation: Conversation): void => {
  changeLists(client, conversation.id, ([first, ...others], { agentId, folderId, isArchived }) => {
    const isOf = (agentId === null || conversation.agentId === agentId) && (folderId === null || conversation.folderId === folderId);
    const belongs = conversation.isListed !== false && conversation.isArchived === isArchived && isOf;
    return first !== undefined && belongs
      ? [{ ...first, conversations: [conversation, ...first.conversations] }, ...others]
      : [first, ...others].filter((page) => page !== undefined);
  });
};

export const takeOutOfLists = (client: QueryClient, id: string): void => changeLists(client, id, (pages) => pages);

/** `change` gets the pages without the conversation. */
const changeLists = (
  client: QueryClient,
  id: string,
  change: (pages: ConversationList[], filter: ListFilter) => ConversationList[],
): void => {
  for (const [queryKey, known] of listsOf(client)) {
    // What was asked before does not know of it yet.
    void client.cancelQueries({ queryKey, exact: true });
    const without = known.pages.map((page) => ({ ...page, conversations: page.conversations.filter((other) => other.id !== id) }));
    client.setQueryData<ListPages>(queryKey, { ...known, pages: change(without, queryKey[1]) });
  }
};

type ListKey = readonly [string, ListFilter];

const listsOf = (client: QueryClient): [ListKey, ListPages][] =>
  client
    .getQueriesData<ListPages>({ queryKey: queryKeys.conversations })
    .flatMap(([key, pages]) => (pages === undefined ? [] : [[key as unknown as ListKey, pages]]));
