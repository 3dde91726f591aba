"use client";

import { conversation, conversationList, type Conversation } from "@mosaic/contracts/chat";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { conversationQuery } from "@/features/chat/conversation-messages";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

const conversationsQuery = queryOptions({
  queryKey: queryKeys.conversations,
  queryFn: async ({ signal }) => (await request(conversationList, "/api/conversations", { signal })).conversations,
});

export const useConversations = () => useQuery(conversationsQuery);

export const useConversation = (id: string | null) => useQuery({ ...conversationQuery(useQueryClient(), id ?? ""), enabled: id !== null });

export const useCreateConversation = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (agentId: string) => request(conversation, "/api/conversations", { method: "POST", body: { agentId } }),
    onSuccess: (created) => {
      client.setQueryData(queryKeys.conversation(created.id), { ...created, messages: [], hasOlder: false });
      client.setQueryData<Conversation[]>(queryKeys.conversations, (known) => (known ? [created, ...known] : known));
    },
  });
};

export const useRenameConversation = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, title }: { id: string; title: string }) =>
      request(conversation, `/api/conversations/${id}`, { method: "PATCH", body: { title } }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: queryKeys.conversations });
      await client.invalidateQueries({ queryKey: queryKeys.conversation(id) });
    },
  });
};

export const useDeleteConversation = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/conversations/${id}`, { method: "DELETE" }),
    onSuccess: async (_, id) => {
      client.removeQueries({ queryKey: queryKeys.conversation(id) });
      await client.invalidateQueries({ queryKey: queryKeys.conversations });
    },
  });
};
