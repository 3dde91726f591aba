import type { Metadata } from "next";
import { Suspense } from "react";
import { FrameParts } from "@/app/frame-parts";
import { ChatOutline } from "@/features/chat/chat-outline";
import { ChatPage } from "@/features/chat/chat-page";
import { AppFrame } from "@/features/shell/app-frame";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.chat };

/** The frame stands here and not in a layout: there is one page that it frames, and the scripts of both are one file so. */
export default function Page() {
  return (
    <FrameParts>
      <AppFrame meanwhile={<ChatOutline />}>
        <Suspense>
          <ChatPage />
        </Suspense>
      </AppFrame>
    </FrameParts>
  );
}
