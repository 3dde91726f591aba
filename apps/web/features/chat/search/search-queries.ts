"use client";

import { searchAnswer, type SearchHit } from "@mosaic/contracts/search";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { request } from "@/lib/api";

const pauseMs = 180;
/** Of answers without a hit, from which the search goes on further back by itself. */
const mostEmptyPages = 5;

/** What was typed, once typing pauses. */
export const usePaused = (text: string): string => {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), pauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
};

/** What is found shows for as long as it takes to find the next. */
export const useSearch = (q: string) => {
  const query = useInfiniteQuery({
    queryKey: ["search", q],
    queryFn: ({ pageParam, signal }) =>
      request(searchAnswer, "/api/search", { method: "POST", body: { q, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ cursor }) => cursor,
    placeholderData: keepPreviousData,
    enabled: q !== "",
    gcTime: 0,
    retry: false,
  });
  const pages = query.data?.pages ?? [];
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const isEmpty = pages.length > 0 && pages.length < mostEmptyPages && pages.every(({ hits }) => hits.length === 0);
  useEffect(() => {
    if (isEmpty && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [isEmpty, hasNextPage, isFetching, isError, fetchNextPage]);
  return query;
};

export interface ConversationHits {
  readonly conversationId: string;
  readonly agentId: string;
  readonly title: SearchHit["title"];
  /** The title is a hit itself. */
  readonly isTitle: boolean;
  readonly messages: readonly NonNullable<SearchHit["message"]>[];
}

/** In the order of the first hit of each conversation. */
export const byConversation = (hits: readonly SearchHit[]): ConversationHits[] => {
  const groups = Map.groupBy(hits, ({ conversationId }) => conversationId);
  return [...groups].flatMap(([conversationId, [first, ...others]]) => {
    if (first === undefined) return [];
    const all = [first, ...others];
    return {
      conversationId,
      agentId: first.agentId,
      title: first.title,
      isTitle: all.some(({ message }) => message === null),
      messages: all.flatMap(({ message }) => (message === null ? [] : [message])),
    };
  });
};
