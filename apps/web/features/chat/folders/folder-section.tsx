"use client";

import { Folder as FolderIcon, FolderPlus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Tooltip } from "@/components/ui/tooltip";
import { FolderFormOnDemand } from "@/features/chat/folders/folder-form-on-demand";
import { useFolders } from "@/features/chat/folders/folder-queries";
import { showList } from "@/features/chat/list-view";
import { m } from "@messages/folders";

/** A person's folders: one that is chosen takes the place of the list. */
export function FolderSection() {
  const folders = useFolders().data ?? [];
  const [isCreating, setCreating] = useState(false);
  return (
    <section aria-label={m.folders} className="grid px-3 pt-1">
      <div className="flex items-center gap-1 ps-2">
        <h2 className="flex-1 text-sm font-medium">{m.folders}</h2>
        <Tooltip text={m.newFolder}>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={m.newFolder}
            className="me-0.5 text-muted-foreground"
            onClick={() => setCreating(true)}
          >
            <FolderPlus aria-hidden />
          </Button>
        </Tooltip>
      </div>
      {folders.length === 0 ? null : (
        <ul className="grid max-h-40 gap-0.5 overflow-y-auto">
          {folders.map(({ id, name }) => (
            <li key={id}>
              <button
                type="button"
                aria-label={m.show(name)}
                onClick={() => showList({ folderId: id, isArchived: false })}
                className="flex min-h-9 w-full items-center gap-2 rounded-lg px-2 text-sm hover:bg-accent"
              >
                <FolderIcon aria-hidden className="size-4 shrink-0 text-muted-foreground" />
                <span dir="auto" className="truncate">
                  {name}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {isCreating ? (
        <FolderFormOnDemand
          folder={null}
          onClose={() => setCreating(false)}
          onSaved={({ id }) => showList({ folderId: id, isArchived: false })}
        />
      ) : null}
    </section>
  );
}
