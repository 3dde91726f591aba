import { textOfParts } from "@mosaic/contracts/message-parts";
import { useEffect, useRef, useState } from "react";
import type { Turn } from "@/features/chat/turn";

/** What a screen reader was told of an answer that grows. */
export interface Spoken {
  /** Which turn's. */
  readonly startedAt: number | null;
  /** How much of its text. */
  readonly upTo: number;
  /** The newest of it, as it was written. */
  readonly words: string;
}

/** A sentence takes some seconds to be spoken: what comes meanwhile is told together. */
const paceMs = 1_500;
/** What comes further on is left to whoever reads it: nobody can skip what is spoken. */
export const longestSpoken = 3_000;

export const nothingSpoken: Spoken = { startedAt: null, upTo: 0, words: "" };

const sentenceEnd = /[.!?…](?=["'”’)\]*_]*\s)|[。！？]|\n\s*\n/gu;

/** Whole sentences that have come since; the same object if there is none. Code is told once all of it is there. */
export const speakMore = (spoken: Spoken, turn: Pick<Turn, "startedAt" | "parts">): Spoken => {
  const before = spoken.startedAt === turn.startedAt ? spoken : { ...nothingSpoken, startedAt: turn.startedAt };
  if (before.upTo >= longestSpoken) return before;
  const text = withoutOpenCode(textOfParts(turn.parts));
  const last = [...text.slice(before.upTo).matchAll(sentenceEnd)].at(-1);
  if (last === undefined) return before;
  const upTo = before.upTo + last.index + last[0].length;
  return { ...before, upTo, words: text.slice(before.upTo, upTo) };
};

const withoutOpenCode = (text: string): string => {
  const fences = [...text.matchAll(/^ {0,3}```/gm)];
  const open = fences.length % 2 === 1 ? fences.at(-1) : undefined;
  return open === undefined ? text : text.slice(0, open.index);
};

/** Follows the answer at the pace of speech. */
export const useSpokenAnswer = (turn: Turn | null): Spoken => {
  const [spoken, setSpoken] = useState(nothingSpoken);
  const latest = useRef(turn);
  useEffect(() => {
    latest.current = turn;
  }, [turn]);
  const growingSince = turn === null || turn.end !== null ? null : turn.startedAt;
  useEffect(() => {
    if (growingSince === null) return;
    const look = (): void => {
      const now = latest.current;
      if (now !== null && now.end === null) setSpoken((before) => speakMore(before, now));
    };
    const timer = setInterval(look, paceMs);
    return () => clearInterval(timer);
  }, [growingSince]);
  return spoken.startedAt === turn?.startedAt ? spoken : nothingSpoken;
};
