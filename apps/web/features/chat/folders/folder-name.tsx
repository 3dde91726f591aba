"use client";

import { Folder as FolderIcon } from "lucide-react";
import { useFolder } from "@/features/chat/folders/folder-queries";
import { showList } from "@/features/chat/list-view";
import { m } from "@messages/folders";

/** In which folder a conversation is. Pressed, it shows what else is there. */
export function FolderName({ id }: { readonly id: string | null }) {
  const folder = useFolder(id);
  if (folder === null) return null;
  return (
    <button
      type="button"
      aria-label={m.inFolder(folder.name)}
      onClick={() => showList({ folderId: folder.id, isArchived: false })}
      className="inline-flex min-w-0 items-center gap-1 rounded-md text-[0.8125rem] text-muted-foreground hover:text-foreground"
    >
      <FolderIcon aria-hidden className="size-3.5 shrink-0" />
      <span dir="auto" className="truncate">
        {folder.name}
      </span>
    </button>
  );
}
