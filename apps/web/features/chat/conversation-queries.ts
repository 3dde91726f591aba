"use client";

import { conversation, type Conversation, type CreateConversation } from "@mosaic/contracts/chat";
import { conversationList, type UpdateConversation } from "@mosaic/contracts/conversations";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { putIntoLists, takeOutOfLists, type ListFilter, type ListPages } from "@/features/chat/conversation-cache";
import { conversationQuery } from "@/features/chat/conversation-messages";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const everything: ListFilter = { agentId: null, folderId: null, isArchived: false };

/** All that is loaded of the list: the next page comes with `fetchNextPage`. */
export const useConversations = (filter: ListFilter = everything) =>
  useInfiniteQuery({
    queryKey: queryKeys.conversationList(filter),
    queryFn: ({ signal, pageParam }) => request(conversationList, `/api/conversations${queryOf(filter, pageParam)}`, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    select: allOf,
  });

const queryOf = ({ agentId, folderId, isArchived }: ListFilter, cursor: string | null): string => {
  const parameters = new URLSearchParams({
    ...(agentId === null ? {} : { agentId }),
    ...(folderId === null ? {} : { folderId }),
    ...(isArchived ? { isArchived: "true" } : {}),
    ...(cursor === null ? {} : { cursor }),
  }).toString();
  return parameters === "" ? "" : `?${parameters}`;
};

/** One that moved up while a later page was loaded may be in both. */
const allOf = ({ pages }: ListPages): Conversation[] => [
  ...new Map(
    pages
      .flatMap(({ conversations }) => conversations)
      .toReversed()
      .map((one) => [one.id, one]),
  ).values(),
];

export const useConversation = (id: string | null) => useQuery({ ...conversationQuery(useQueryClient(), id ?? ""), enabled: id !== null });

export const useCreateConversation = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateConversation) => request(conversation, "/api/conversations", { method: "POST", body }),
    onSuccess: (created) => {
      client.setQueryData(queryKeys.conversation(created.id), { ...created, messages: [], hasOlder: false, waiting: [], draft: null });
      client.setQueryData(queryKeys.waiting(created.id), []);
      putIntoLists(client, created);
    },
  });
};

export const useUpdateConversation = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: UpdateConversation & { readonly id: string }) =>
      request(conversation, `/api/conversations/${id}`, { method: "PATCH", body }),
    onSuccess: (changed) => putChanged(client, changed),
  });
};

export const useDeleteConversation = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/conversations/${id}`, { method: "DELETE" }),
    onMutate: (id) => takeOutOfLists(client, id),
    onSuccess: (_, id) => client.removeQueries({ queryKey: queryKeys.conversation(id) }),
    onSettled: async () => client.invalidateQueries({ queryKey: queryKeys.conversations }),
  });
};

export const useRestoreConversation = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request(conversation, `/api/conversations/${id}/restore`, { method: "POST" }),
    onSuccess: (restored) => putChanged(client, restored),
  });
};

const putChanged = async (client: QueryClient, changed: Conversation): Promise<void> => {
  putIntoLists(client, changed);
  await client.invalidateQueries({ queryKey: queryKeys.conversations });
  await client.invalidateQueries({ queryKey: queryKeys.conversation(changed.id) });
};
