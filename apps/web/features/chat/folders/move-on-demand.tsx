"use client";

import { lazy, Suspense } from "react";
import type { MoveConversationProps } from "@/features/chat/folders/move-conversation";

const MoveConversation = lazy(async () => ({ default: (await import("@/features/chat/folders/move-conversation")).MoveConversation }));

export function MoveOnDemand(props: MoveConversationProps) {
  return (
    <Suspense>
      <MoveConversation {...props} />
    </Suspense>
  );
}
