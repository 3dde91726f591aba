"use client";

import { History } from "lucide-react";
import { Button } from "@/components/ui/button";
import { MemoryLost, type MemoryLostProps } from "@/features/agents/memory-lost";
import { m } from "@messages/chat";

export interface ForgottenNoticeProps extends Pick<MemoryLostProps, "agent"> {
  readonly isGiving: boolean;
  readonly onToggle: () => void;
}

/** Above the field: the agent does not remember this conversation, and what can be done about it. */
export function ForgottenNotice({ agent, isGiving, onToggle }: ForgottenNoticeProps) {
  return (
    <div className="mx-auto w-full max-w-3xl px-3 pb-2 sm:px-6">
      <MemoryLost
        agent={agent}
        actions={
          <Button size="sm" variant="secondary" aria-pressed={isGiving} onClick={onToggle}>
            <History aria-hidden />
            {m.giveItTheLastMessages}
          </Button>
        }
      >
        {isGiving ? m.theLastMessagesOfThis : null}
      </MemoryLost>
    </div>
  );
}
