"use client";

import type { Folder } from "@mosaic/contracts/folders";
import { ArrowLeft, Ellipsis, Pencil, SquarePen, Trash2 } from "lucide-react";
import { useRef, useState, type RefObject } from "react";
import { toast } from "sonner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Link } from "@/components/ui/link";
import { Menu, MenuContent, MenuItem, MenuTrigger } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import { FolderFormOnDemand } from "@/features/chat/folders/folder-form-on-demand";
import { useDeleteFolder } from "@/features/chat/folders/folder-queries";
import { showList } from "@/features/chat/list-view";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/folders";

/** What the list shows is a folder. */
export function FolderHead({ folder }: { readonly folder: Folder }) {
  const remove = useDeleteFolder();
  const [asked, setAsked] = useState<"edit" | "delete" | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const close = (): void => setAsked(null);
  const confirm = (): void =>
    remove.mutate(folder.id, {
      onSuccess: () => {
        showList({ folderId: null });
        toast(m.deleted(folder.name));
      },
      onError: toastProblem,
      onSettled: close,
    });
  return (
    <div className="grid gap-1 px-3 pb-1 pt-1">
      <div className="flex items-center gap-1">
        <Tooltip text={m.backToAll}>
          <Button variant="ghost" size="icon-sm" aria-label={m.backToAll} onClick={() => showList({ folderId: null })}>
            <ArrowLeft aria-hidden className="rtl:rotate-180" />
          </Button>
        </Tooltip>
        <h2 dir="auto" className="min-w-0 flex-1 truncate text-sm font-medium">
          {folder.name}
        </h2>
        <FolderMenu name={folder.name} trigger={trigger} onAsk={setAsked} />
      </div>
      {folder.instructions === "" ? null : (
        <p dir="auto" className="line-clamp-2 px-2 text-xs text-muted-foreground" title={folder.instructions}>
          {folder.instructions}
        </p>
      )}
      <Link href={`/chat?folder=${folder.id}`} className="flex min-h-9 items-center gap-2 rounded-lg px-2 text-sm hover:bg-accent">
        <SquarePen aria-hidden className="size-4 text-muted-foreground" />
        {m.newChatHere}
      </Link>
      {asked === "edit" ? <FolderFormOnDemand folder={folder} onClose={close} onReturnFocus={() => trigger.current?.focus()} /> : null}
      <ConfirmDialog
        isOpen={asked === "delete"}
        onClose={close}
        title={m.deleteQuestion(folder.name)}
        confirmLabel={m.delete}
        isBusy={remove.isPending}
        onConfirm={confirm}
        onReturnFocus={() => (trigger.current ?? document.getElementById("main"))?.focus()}
      >
        <p>{m.deleteMeans}</p>
      </ConfirmDialog>
    </div>
  );
}

interface FolderMenuProps {
  readonly name: string;
  readonly trigger: RefObject<HTMLButtonElement | null>;
  readonly onAsk: (what: "edit" | "delete") => void;
}

function FolderMenu({ name, trigger, onAsk }: FolderMenuProps) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button ref={trigger} variant="ghost" size="icon-sm" aria-label={m.actionsFor(name)} className="text-muted-foreground">
          <Ellipsis aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuItem onSelect={() => onAsk("edit")}>
          <Pencil aria-hidden />
          {m.edit}
        </MenuItem>
        <MenuItem isDanger onSelect={() => onAsk("delete")}>
          <Trash2 aria-hidden />
          {m.delete}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
