"use client";

import { LoaderCircle } from "lucide-react";
import { useEffect, type RefObject } from "react";
import { Button } from "@/components/ui/button";
import type { OlderMessages } from "@/features/chat/conversation-messages";
import { m } from "@messages/chat";

/** Loaded before the reader reaches the last message that is there. */
const reachPx = 1_200;

export interface LaterMessagesProps {
  readonly newer: OlderMessages;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly count: number;
}

/** Below messages that are far back: loads what was said after them when the reader comes near, or asks for it. */
export function LaterMessages({ newer: { isLoading, error, load }, scroller, count }: LaterMessagesProps) {
  const hasFailed = error !== null;
  const isWanted = !isLoading && !hasFailed;
  useEffect(() => {
    const element = scroller.current;
    if (!element || !isWanted || count === 0) return;
    const look = (): void => {
      const below = element.scrollHeight - element.scrollTop - element.clientHeight;
      if (element.clientHeight > 0 && below < reachPx) void load();
    };
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [isWanted, load, scroller, count]);
  return (
    <div className="flex items-center justify-center gap-3 pb-6">
      <span role="status" className={hasFailed ? "text-sm text-muted-foreground" : "sr-only"}>
        {hasFailed ? m.theyCouldNotBeLoaded : ""}
      </span>
      <Button variant="secondary" size="sm" aria-disabled={isLoading} onClick={() => void load()}>
        {isLoading ? <LoaderCircle aria-hidden className="motion-safe:animate-spin" /> : null}
        {hasFailed ? m.tryAgain : m.laterMessages}
      </Button>
    </div>
  );
}
