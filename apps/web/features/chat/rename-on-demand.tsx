"use client";

import { lazy, Suspense } from "react";
import type { RenameConversationProps } from "@/features/chat/rename-conversation";

/** With all that forms need, which few who open a chat use. */
const RenameConversation = lazy(async () => ({ default: (await import("@/features/chat/rename-conversation")).RenameConversation }));

export function RenameOnDemand(props: RenameConversationProps) {
  return (
    <Suspense>
      <RenameConversation {...props} />
    </Suspense>
  );
}
