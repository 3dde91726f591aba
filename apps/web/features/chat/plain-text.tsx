"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import type { PlainReason } from "@/features/chat/markdown-bounds";

export interface PlainTextProps {
  readonly text: string;
  readonly reason: PlainReason | "failed";
}

const reasons: Readonly<Record<PlainTextProps["reason"], string>> = {
  long: "This answer is too long to be laid out. This is its plain text.",
  nested: "This answer has too many quotes or lists inside of each other to be laid out. This is its plain text.",
  intricate: "This answer has too many marks in one paragraph to be laid out. This is its plain text.",
  failed: "This answer could not be laid out. This is its plain text.",
};

/** As much as a page shows without a pause. */
const shownLength = 20_000;

/** A text as it came, with a line that says why. */
export function PlainText({ text, reason }: PlainTextProps) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > shownLength;
  return (
    <div className="grid min-w-0 gap-2">
      <p className="text-sm italic text-muted-foreground">{reasons[reason]}</p>
      <p dir="auto" className="whitespace-pre-wrap break-words leading-[1.65] [overflow-wrap:anywhere]">
        {isCut ? beginningOf(text) : text}
      </p>
      {isCut ? (
        <div className="flex flex-wrap items-center gap-3">
          <p className="text-sm text-muted-foreground">
            The first {number.format(shownLength)} of {number.format(text.length)} characters.
          </p>
          <Button variant="secondary" size="sm" onClick={() => setWhole(true)}>
            Show all of it
          </Button>
        </div>
      ) : null}
    </div>
  );
}

const number = new Intl.NumberFormat();

/** Not in the middle of an emoji. */
const beginningOf = (text: string): string => text.slice(0, shownLength).replace(/[\uD800-\uDBFF]$/, "");
