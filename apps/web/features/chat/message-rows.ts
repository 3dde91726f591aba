"use client";

import type { Message } from "@mosaic/contracts/chat";
import { defaultRangeExtractor, useVirtualizer, type Range, type Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** Up to so many rows all are in the page, so that the browser's own search finds everything. */
export const virtualFrom = 100;
const gapPx = 12;
const paddingPx = 24;
/** For the button that loads earlier messages. */
const buttonPx = 56;
/** Nearer than this to the end is at the end. */
const slackPx = 64;

/** A row that is in the page, and where it stands. */
export interface Row {
  readonly index: number;
  /** More space above it than between neighbours: rows that are not in the page. */
  readonly skippedPx: number;
}

export interface MessageRows {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly rows: readonly Row[];
  readonly measure: (row: HTMLElement | null) => void;
  readonly isWindowed: boolean;
  /** Of the rows before the first one in the page, and of those after the last one. */
  readonly abovePx: number;
  readonly belowPx: number;
  readonly isAtEnd: boolean;
  readonly jumpToEnd: () => void;
  /** Brings a row into view, also one that is not in the page yet. */
  readonly jumpTo: (index: number) => void;
}

export interface MessageRowsOptions {
  readonly messages: readonly Message[];
  readonly hasOlder: boolean;
  /** How many rows may be in the page together. */
  readonly limit: number;
  /** There are messages after these, which are loaded when the reader comes near: what comes then is not followed. */
  readonly hasNewer: boolean;
}

type ListVirtualizer = Virtualizer<HTMLDivElement, HTMLElement>;

/**
 * Which rows are in the page, and where it stands. The end stays in view while it grows, until the reader scrolls up; then whatever is being read stays
 * where it is, whether messages come before it or after it.
 */
export const useMessageRows = ({ messages, hasOlder, limit, hasNewer }: MessageRowsOptions): MessageRows => {
  const scroller = useScroller();
  const [isAtEnd, setAtEnd] = useState(true);
  const isWindowed = useIsWindowed(messages, limit, isAtEnd);
  const latest = useRef(messages);
  latest.current = messages;
  const hadNewer = useRef(hasNewer);
  useEffect(() => {
    hadNewer.current = hasNewer;
  }, [hasNewer]);
  const virtualizer: ListVirtualizer = useVirtualizer<HTMLDivElement, HTMLElement>({
    count: messages.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((index: number) => latest.current[index]?.id ?? index, []),
    estimateSize: (index) => estimatePx(messages[index], scroller.current?.clientWidth ?? 0),
    rangeExtractor: useCallback((range: Range) => withFocused(scroller.current, defaultRangeExtractor(range)), [scroller]),
    onChange: (instance) => setAtEnd(instance.isAtEnd(slackPx)),
    anchorTo: "end",
    followOnAppend: !hasNewer && !hadNewer.current,
    scrollEndThreshold: slackPx,
    initialOffset: Number.MAX_SAFE_INTEGER,
    gap: gapPx,
    paddingStart: paddingPx + (hasOlder ? buttonPx : 0),
    paddingEnd: paddingPx,
    overscan: 4,
    isScrollingResetDelay: 150,
  });
  useOpenAtEnd(virtualizer);
  useEndWatch(scroller, virtualizer, setAtEnd);
  const jumpToEnd = useCallback(() => {
    setAtEnd(true);
    virtualizer.scrollToEnd();
  }, [virtualizer]);
  const jumpTo = useCallback((index: number) => virtualizer.scrollToIndex(index, { align: "center" }), [virtualizer]);
  return {
    scroller,
    measure: virtualizer.measureElement,
    isWindowed,
    isAtEnd,
    jumpToEnd,
    jumpTo,
    ...placed(virtualizer, messages.length, isWindowed),
  };
};

/** What the list held when it was last decided whether some of its rows are left out of the page. */
export interface HeldRows {
  readonly isWindowed: boolean;
  readonly firstId: string | undefined;
  readonly count: number;
}

/**
 * The heights that rows are measured in are rounded, so that a hundred rows move by some pixels once only some of them are in the page. What comes
 * at the end is no reason for that while somebody reads further up.
 */
export const holdRows = (held: HeldRows | null, messages: readonly Pick<Message, "id">[], limit: number, isAtEnd: boolean): HeldRows => {
  const [firstId, count] = [messages[0]?.id, messages.length];
  if (held !== null && held.firstId === firstId && held.count === count) return held;
  const isDue = held === null || held.isWindowed || held.firstId !== firstId || isAtEnd;
  return { isWindowed: count > limit && isDue, firstId, count };
};

const useIsWindowed = (messages: readonly Message[], limit: number, isAtEnd: boolean): boolean => {
  const [held, setHeld] = useState(() => holdRows(null, messages, limit, isAtEnd));
  const now = holdRows(held, messages, limit, isAtEnd);
  if (now !== held) setHeld(now);
  return now.isWindowed;
};

const placed = (virtualizer: ListVirtualizer, count: number, isWindowed: boolean): Pick<MessageRows, "rows" | "abovePx" | "belowPx"> => {
  const { paddingStart, paddingEnd } = virtualizer.options;
  if (!isWindowed) {
    return { rows: Array.from({ length: count }, (_, index) => ({ index, skippedPx: 0 })), abovePx: paddingStart, belowPx: paddingEnd };
  }
  const items = virtualizer.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  if (first === undefined || last === undefined) return { rows: [], abovePx: virtualizer.getTotalSize(), belowPx: 0 };
  const rows = items.map(({ index, start }, place) => {
    const before = items[place - 1];
    return { index, skippedPx: before === undefined ? 0 : start - before.end - gapPx };
  });
  return { rows, abovePx: first.start, belowPx: virtualizer.getTotalSize() - last.end };
};

/** Near enough that the scrollbar does not wander as rows are measured. */
const estimatePx = (message: Message | undefined, widthPx: number): number => {
  if (message === undefined) return 0;
  const charactersPerLine = Math.max(30, Math.min(widthPx, 768) / 8);
  const lines = Math.max(1, Math.ceil(message.content.length / charactersPerLine));
  return (message.role === "user" ? 50 : 40) + lines * 26;
};

/** Where the keyboard is stays in the page, wherever it is scrolled to. */
const withFocused = (scroller: HTMLElement | null, indexes: number[]): number[] => {
  const focused = document.activeElement;
  const row = scroller !== null && focused !== null && scroller.contains(focused) ? focused.closest<HTMLElement>("li[data-index]") : null;
  const index = Number(row?.dataset["index"] ?? NaN);
  return Number.isNaN(index) || indexes.includes(index) ? indexes : [...indexes, index].toSorted((a, b) => a - b);
};

/** What scrolls must be reachable with the keyboard. */
const useScroller = (): RefObject<HTMLDivElement | null> => {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (scroller.current) scroller.current.tabIndex = 0;
  }, []);
  return scroller;
};

const useOpenAtEnd = (virtualizer: ListVirtualizer): void => {
  useLayoutEffect(() => virtualizer.scrollToEnd(), [virtualizer]);
};

const useEndWatch = (
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: ListVirtualizer,
  setAtEnd: (isAtEnd: boolean) => void,
): void => {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = (): void => setAtEnd(virtualizer.isAtEnd(slackPx));
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => element.removeEventListener("scroll", onScroll);
  }, [scroller, virtualizer, setAtEnd]);
};
