import { Suspense, type ReactNode } from "react";
import { FrameParts } from "@/app/frame-parts";
import { AppFrame } from "@/features/shell/app-frame";

export default function ChatLayout({ children }: { readonly children: ReactNode }) {
  return (
    <FrameParts>
      <AppFrame>
        <Suspense>{children}</Suspense>
      </AppFrame>
    </FrameParts>
  );
}
