"use client";

import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";
import type { useConversations } from "@/features/chat/conversation-queries";
import { m } from "@messages/chat";

/** Starts to load before the end is in sight. */
const reach = "400px 0px";

interface MoreConversationsProps {
  readonly list: ReturnType<typeof useConversations>;
  /** Whether what comes stands at the end. Elsewhere it leaves the end in sight, and one page would follow the other. */
  readonly isAtEnd: boolean;
}

/** Loads the next page of a list when its end comes near, or at a press. */
export function MoreConversations({ list, isAtEnd }: MoreConversationsProps) {
  const { hasNextPage, fetchNextPage, isFetching, isFetchingNextPage, isFetchNextPageError } = list;
  const end = useRef<HTMLDivElement>(null);
  const isWaiting = isAtEnd && hasNextPage && !isFetching && !isFetchNextPageError;
  useEffect(() => {
    if (!isWaiting || end.current === null) return undefined;
    const root = end.current.closest("[data-scroller]");
    const observer = new IntersectionObserver(
      (entries) => (entries.some(({ isIntersecting }) => isIntersecting) ? void fetchNextPage({ cancelRefetch: false }) : undefined),
      { root, rootMargin: reach },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isWaiting, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <div ref={end} className="grid gap-1">
      {isFetchNextPageError ? (
        <p role="alert" className="px-2 text-sm text-muted-foreground">
          {m.moreConversationsCouldNotBe}
        </p>
      ) : null}
      <Button variant="ghost" size="sm" isBusy={isFetchingNextPage} onClick={() => void fetchNextPage({ cancelRefetch: false })}>
        {isFetchNextPageError ? m.tryAgain : m.showMore}
      </Button>
    </div>
  );
}
