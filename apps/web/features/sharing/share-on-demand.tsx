"use client";

import { lazy, Suspense } from "react";
import type { ShareConversationProps } from "@/features/sharing/share-conversation";

/** With all that forms need, which few who open a chat use. */
const ShareConversation = lazy(async () => ({ default: (await import("@/features/sharing/share-conversation")).ShareConversation }));

export function ShareOnDemand(props: ShareConversationProps) {
  return (
    <Suspense>
      <ShareConversation {...props} />
    </Suspense>
  );
}
