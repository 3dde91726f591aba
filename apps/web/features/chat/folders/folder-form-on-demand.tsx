"use client";

import { lazy, Suspense } from "react";
import type { FolderFormProps } from "@/features/chat/folders/folder-form";

/** With all that forms need, which few who open a chat use. */
const FolderForm = lazy(async () => ({ default: (await import("@/features/chat/folders/folder-form")).FolderForm }));

export function FolderFormOnDemand(props: FolderFormProps) {
  return (
    <Suspense>
      <FolderForm {...props} />
    </Suspense>
  );
}
