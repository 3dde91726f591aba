"use client";

import { conversation } from "@mosaic/contracts/chat";
import { createdShare, sharedPage, shareLists, type CreateShare, type SharedPage } from "@mosaic/contracts/shares";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, requestNothing } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";

/** What names a copy: the token in a link, or the id of one that is for a member. */
export type CopyName = { readonly kind: "link"; readonly token: string } | { readonly kind: "member"; readonly id: string };

export const useShares = () =>
  useQuery({ queryKey: queryKeys.shares, queryFn: ({ signal }) => request(shareLists, "/api/shares", { signal }) });

export const useCreateShare = (conversationId: string) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: CreateShare) => request(createdShare, `/api/conversations/${conversationId}/shares`, { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.shares }),
  });
};

export const useRevokeShare = () => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => requestNothing(`/api/shares/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.shares }),
  });
};

const readPage = (name: CopyName, page: number, signal: AbortSignal): Promise<SharedPage> =>
  name.kind === "link"
    ? request(sharedPage, "/api/shared-links/open", { method: "POST", body: { token: name.token, page }, signal })
    : request(sharedPage, `/api/shares/${name.id}?page=${page}`, { signal });

/** All that is loaded of a copy: the next page comes with `fetchNextPage`. */
export const useSharedCopy = (name: CopyName | null) =>
  useInfiniteQuery({
    queryKey: queryKeys.sharedCopy(name),
    queryFn: ({ signal, pageParam }) => readPage(name ?? { kind: "member", id: "" }, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ nextPage }) => nextPage,
    enabled: name !== null,
    staleTime: Infinity,
  });

export const useContinueShare = (name: CopyName) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (agentId: string) =>
      name.kind === "link"
        ? request(conversation, "/api/shared-links/continue", { method: "POST", body: { token: name.token, agentId } })
        : request(conversation, `/api/shares/${name.id}/continue`, { method: "POST", body: { agentId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.conversations }),
  });
};
