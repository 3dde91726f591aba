"use client";

import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

const slackPx = 64;

export interface ScrollFollow {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly content: RefObject<HTMLDivElement | null>;
  readonly isAtBottom: boolean;
  readonly jumpToBottom: () => void;
}

/** Keeps the end in view while it grows, until the user scrolls up; scrolling back down takes it up again. */
export const useScrollFollow = (): ScrollFollow => {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [isAtBottom, setAtBottom] = useState(true);
  const jumpToBottom = useCallback(() => {
    follows.current = true;
    setAtBottom(true);
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, []);
  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (!element || !inner) return;
    // What scrolls must be reachable with the keyboard.
    element.tabIndex = 0;
    let lastTop = element.scrollTop;
    const onScroll = (): void => {
      const isNear = element.scrollHeight - element.scrollTop - element.clientHeight < slackPx;
      // Content that shrinks moves the view as well; only a way up that ends away from the bottom is a person's wish.
      if (element.scrollTop < lastTop - 1 && !isNear) follows.current = false;
      else if (isNear) follows.current = true;
      lastTop = element.scrollTop;
      setAtBottom(isNear || follows.current);
    };
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
      else setAtBottom(element.scrollHeight - element.scrollTop - element.clientHeight < slackPx);
    });
    observer.observe(inner);
    observer.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    element.scrollTop = element.scrollHeight;
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
    };
  }, []);
  return { scroller, content, isAtBottom, jumpToBottom };
};
