import { Suspense, type ReactNode } from "react";
import { AppFrame } from "@/features/shell/app-frame";

export default function ChatLayout({ children }: { readonly children: ReactNode }) {
  return (
    <AppFrame>
      <Suspense>{children}</Suspense>
    </AppFrame>
  );
}
