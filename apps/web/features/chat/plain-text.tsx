"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import type { PlainReason } from "@/features/chat/markdown-bounds";
import { formatNumber } from "@/lib/count";
import { m } from "@messages/chat";

export interface PlainTextProps {
  readonly text: string;
  readonly reason: PlainReason | "failed";
}

const reasons: Readonly<Record<PlainTextProps["reason"], string>> = {
  long: m.thisAnswerIsTooLong,
  nested: m.thisAnswerHasTooMany,
  intricate: m.thisParagraphHasTooManyMarks,
  failed: m.thisAnswerCouldNotBe,
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
          <p className="text-sm text-muted-foreground">{m.theFirstOfCharacters(formatNumber(shownLength), formatNumber(text.length))}</p>
          <Button variant="secondary" size="sm" onClick={() => setWhole(true)}>
            {m.showAllOfIt}
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Not in the middle of an emoji. */
const beginningOf = (text: string): string => text.slice(0, shownLength).replace(/[\uD800-\uDBFF]$/, "");
