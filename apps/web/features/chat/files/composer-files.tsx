"use client";

import { fileRoom, type ChatFile } from "@mosaic/contracts/files";
import { useQuery } from "@tanstack/react-query";
import { FileText, Paperclip, RotateCcw, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Progress } from "@/components/ui/progress";
import { Tooltip } from "@/components/ui/tooltip";
import { addFiles, removeFile, retryFile, takeFiles, useFileDrafts, type FileDraft } from "@/features/chat/files/file-drafts";
import { fileLimitWords, sizeWords } from "@/features/chat/files/file-words";
import { request } from "@/lib/api";
import { queryKeys } from "@/lib/query-keys";
import { m } from "@messages/chat";

interface ComposerFiles {
  readonly count: number;
  /** None of them keeps the message from being sent. */
  readonly areFine: boolean;
  readonly take: () => readonly ChatFile[];
}

/** The files of the next message: what is pasted and dropped anywhere on the page comes along. */
export const useComposerFiles = (
  draftKey: string,
  isBlocked: boolean,
  isAnswering: boolean,
): ComposerFiles & { readonly isDropping: boolean } => {
  const { drafts } = useFileDrafts(draftKey);
  const [isDropping, setDropping] = useState(false);
  useEffect(() => {
    const isElsewhere = (event: Event): boolean => event.target instanceof Element && event.target.closest("[role=dialog]") !== null;
    const add = (event: Event, files: readonly File[]): void => {
      event.preventDefault();
      if (!isBlocked) addFiles(draftKey, files);
    };
    const onPaste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      // A copied table brings an image of itself beside its text.
      if (files.length > 0 && event.clipboardData?.getData("text/plain") === "" && !isElsewhere(event)) add(event, files);
    };
    // Without an answer to it, the browser would open the file in the place of Mosaic.
    const onDragOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      setDropping(!isBlocked);
    };
    const onDragLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setDropping(false);
    };
    const onDrop = (event: DragEvent): void => {
      setDropping(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) add(event, files);
    };
    document.addEventListener("paste", onPaste);
    document.addEventListener("dragover", onDragOver);
    document.addEventListener("dragleave", onDragLeave);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("paste", onPaste);
      document.removeEventListener("dragover", onDragOver);
      document.removeEventListener("dragleave", onDragLeave);
      document.removeEventListener("drop", onDrop);
    };
  }, [draftKey, isBlocked]);
  return {
    count: drafts.length,
    areFine: drafts.length === 0 || (!isAnswering && drafts.every(({ stored }) => stored !== null)),
    take: () => takeFiles(draftKey),
    isDropping,
  };
};

export function AttachButton({ draftKey, isDisabled }: { readonly draftKey: string; readonly isDisabled: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={m.files}
        onChange={(event) => {
          addFiles(draftKey, [...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <Tooltip text={m.attachFilesPasteOrDrop(fileLimitWords)}>
        <Button
          size="icon"
          variant="ghost"
          aria-label={m.attachFiles(fileLimitWords)}
          className="-ms-2 rounded-xl text-muted-foreground"
          disabled={isDisabled}
          onClick={() => input.current?.click()}
        >
          <Paperclip aria-hidden />
        </Button>
      </Tooltip>
    </>
  );
}

/** Asked for once somebody attaches something, and again with each that is there or was refused: its limit may be another by then. */
function RoomWords({ count }: { readonly count: number }) {
  const { data } = useQuery({
    queryKey: queryKeys.fileRoom(count),
    queryFn: ({ signal }) => request(fileRoom, "/api/files/room", { signal }),
    staleTime: 0,
  });
  return data === undefined ? null : (
    <p className="mb-2 text-xs text-muted-foreground">{m.yourFilesTakeOf(sizeWords(data.usedBytes), sizeWords(data.quotaBytes))}</p>
  );
}

/** Why the message can't be sent yet. */
const obstacleOf = (drafts: readonly FileDraft[]): string | null => {
  if (drafts.some(({ fault }) => fault !== null)) return m.removeTheFileThatFailed;
  return drafts.some(({ stored }) => stored === null) ? m.waitUntilTheFilesAre : null;
};

/** What goes with the next message, above its text. */
export function FileDrafts({
  draftKey,
  isDropping,
  isAnswering,
}: {
  readonly draftKey: string;
  readonly isDropping: boolean;
  readonly isAnswering: boolean;
}) {
  const { drafts, notice } = useFileDrafts(draftKey);
  const hint = isAnswering && drafts.length > 0 ? m.filesCanBeSentOnce : [notice, obstacleOf(drafts)].filter(Boolean).join(" ") || null;
  return (
    <>
      {isDropping ? (
        <p className="mb-2 rounded-xl border-2 border-dashed border-primary p-4 text-center text-sm">{m.dropFilesHere(fileLimitWords)}</p>
      ) : null}
      {drafts.length === 0 ? null : (
        <ul aria-label={m.attachedFiles} className="mb-2 flex max-h-40 flex-wrap gap-2 overflow-y-auto">
          {drafts.map((draft) => (
            <Chip key={draft.key} draft={draft} onRemove={() => removeFile(draftKey, draft.key)} />
          ))}
        </ul>
      )}
      {drafts.length === 0 ? null : <RoomWords count={drafts.filter(({ stored, fault }) => stored !== null || fault !== null).length} />}
      <p role="status" className={cn("text-xs text-muted-foreground", hint !== null && "mb-2")}>
        {hint}
      </p>
    </>
  );
}

function Chip({ draft, onRemove }: { readonly draft: FileDraft; readonly onRemove: () => void }) {
  const { name, sizeBytes, percent, stored, fault, again } = draft;
  return (
    <li
      className={cn(
        "grid min-w-0 max-w-full grid-cols-[auto_1fr_auto] items-center gap-2 rounded-lg border bg-card py-1 ps-3 pe-1 text-sm sm:max-w-72",
        fault !== null && "border-destructive",
      )}
    >
      <FileText aria-hidden className="size-4 text-muted-foreground" />
      <div className="min-w-0">
        <p dir="auto" className="truncate" title={name}>
          {name}
        </p>
        {fault === null ? (
          <p className="text-xs text-muted-foreground">{sizeWords(sizeBytes)}</p>
        ) : (
          <p role="alert" className="text-xs text-destructive">
            {fault}
          </p>
        )}
        {stored === null && fault === null ? <Progress value={percent} label={m.uploading(name)} /> : null}
      </div>
      <div className="flex">
        {again === null ? null : (
          <Button size="icon-sm" variant="ghost" aria-label={m.uploadAgain(name)} onClick={() => retryFile(draft)}>
            <RotateCcw aria-hidden />
          </Button>
        )}
        <Button size="icon-sm" variant="ghost" aria-label={m.remove(name)} onClick={onRemove}>
          <X aria-hidden />
        </Button>
      </div>
    </li>
  );
}
