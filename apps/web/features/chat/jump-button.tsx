"use client";

import { ArrowDown } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { m } from "@messages/chat";

export interface JumpButtonProps {
  readonly isAtEnd: boolean;
  /** Changes with every text that comes at the end. */
  readonly end: string;
  readonly onJump: () => void;
}

/** Leads back to the end, and says when something has come there since the reader has left it. */
export function JumpButton({ isAtEnd, end, onJump }: JumpButtonProps) {
  const [left, setLeft] = useState<string | null>(null);
  if (isAtEnd && left !== null) setLeft(null);
  if (!isAtEnd && left === null) setLeft(end);
  const hasNew = left !== null && left !== end;
  return (
    <>
      <p role="status" className="sr-only">
        {hasNew ? m.newTextBelow : ""}
      </p>
      {isAtEnd ? null : (
        <Button
          variant="secondary"
          size={hasNew ? "sm" : "icon"}
          aria-label={hasNew ? undefined : m.jumpToTheNewestMessage}
          onClick={onJump}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 animate-rise rounded-full shadow-md"
        >
          {hasNew ? m.newTextBelow : null}
          <ArrowDown aria-hidden />
        </Button>
      )}
    </>
  );
}
