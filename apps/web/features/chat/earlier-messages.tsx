"use client";

import { LoaderCircle } from "lucide-react";
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";
import { Button } from "@/components/ui/button";
import type { OlderMessages } from "@/features/chat/conversation-messages";
import { m } from "@messages/chat";

/** Loaded before the reader reaches the first message that is there. */
const reachPx = 1_200;

export interface EarlierMessagesProps extends OlderMessages {
  readonly hasOlder: boolean;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly count: number;
}

/** Loads what was said before when the reader comes near the top, or asks for it. */
export function EarlierMessages({ hasOlder, isLoading, error, load, scroller, count }: EarlierMessagesProps) {
  const [announcement, setAnnouncement] = useState("");
  const hasFailed = error !== null;
  useLoadingNearTop({ isWanted: hasOlder && !isLoading && !hasFailed, load, scroller, count });
  const press = useCallback(async (): Promise<void> => {
    const first = scroller.current?.querySelector<HTMLElement>("li[data-index='0']");
    setAnnouncement("");
    if (!(await load())) return;
    setAnnouncement(m.earlierMessagesAreLoaded);
    // The button is above what was loaded now; whoever pressed it stays where they read.
    if (document.activeElement?.tagName === "BUTTON") first?.focus({ preventScroll: true });
  }, [load, scroller]);
  return (
    <>
      <p role="status" className="sr-only">
        {hasFailed ? m.earlierMessagesCouldNotBe : announcement}
      </p>
      {hasOlder ? (
        <div className="absolute inset-x-0 top-4 flex items-center justify-center gap-3">
          {hasFailed ? <span className="text-sm text-muted-foreground">{m.theyCouldNotBeLoaded}</span> : null}
          <Button variant="secondary" size="sm" aria-disabled={isLoading} onClick={() => void press()}>
            {isLoading ? <LoaderCircle aria-hidden className="motion-safe:animate-spin" /> : null}
            {hasFailed ? m.tryAgain : m.earlierMessages}
          </Button>
        </div>
      ) : null}
    </>
  );
}

const useLoadingNearTop = ({
  isWanted,
  load,
  scroller,
  count,
}: Pick<EarlierMessagesProps, "load" | "scroller" | "count"> & { readonly isWanted: boolean }): void => {
  const wanted = useRef(isWanted);
  useEffect(() => {
    wanted.current = isWanted;
    const element = scroller.current;
    if (!element || !isWanted || count === 0) return;
    const look = (): void => {
      if (wanted.current && element.clientHeight > 0 && element.scrollTop < reachPx) void load();
    };
    element.addEventListener("scroll", look, { passive: true });
    // A few long messages may not fill the screen, and then nothing scrolls.
    const frame = requestAnimationFrame(look);
    return () => {
      element.removeEventListener("scroll", look);
      cancelAnimationFrame(frame);
    };
  }, [isWanted, load, scroller, count]);
};
