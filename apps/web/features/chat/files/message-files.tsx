"use client";

import { isImageType } from "@mosaic/contracts/files";
import type { FilePart, MessagePart } from "@mosaic/contracts/message-parts";
import { Download, Eye, FileText } from "lucide-react";
import { useState } from "react";
import { cn } from "@/components/ui/cn";
import { useFileAddress } from "@/features/chat/files/file-address";
import { sizeWords } from "@/features/chat/files/file-words";
import { m } from "@messages/chat";

/** The files that a person sent along. */
export function SentFiles({ parts }: { readonly parts: readonly MessagePart[] }) {
  const files = parts.filter((part) => part.type === "file");
  return files.length === 0 ? null : (
    <ul aria-label={m.files} className="flex max-w-[min(85%,40rem)] flex-wrap justify-end gap-2">
      {files.map((file, place) => (
        <li key={file.id ?? String(place)} className="min-w-0 max-w-full">
          <FileCard file={file} whereabouts={sentWords(file)} />
        </li>
      ))}
    </ul>
  );
}

/** A file that the agent made. */
export function MadeFile({ file }: { readonly file: FilePart }) {
  const { id, workspacePath } = file;
  // Of an imported or a shared conversation there is the name alone, and nobody knows why.
  const whereabouts =
    id === undefined && workspacePath !== undefined ? `${m.inTheAgentsWorkspace(workspacePath)}${m.mosaicDoesNotOfferIt}` : null;
  return <FileCard file={file} whereabouts={whereabouts} />;
}

const sentWords = ({ workspacePath, mediaType, isShownToModel }: FilePart): string | null => {
  if (workspacePath === undefined) return null;
  const place = m.inTheAgentsWorkspaceAlone(workspacePath);
  if (!isImageType(mediaType)) return place;
  return isShownToModel === true ? m.shownToTheModel(place) : m.notShownToTheModel(place);
};

/** With what can be done with it. Nothing of a file runs here: an image is drawn, a text opens as plain text, everything else is downloaded. */
function FileCard({
  file: { id, name, mediaType, sizeBytes },
  whereabouts,
}: {
  readonly file: FilePart;
  readonly whereabouts: string | null;
}) {
  const [isBroken, setBroken] = useState(false);
  const address = useFileAddress(id);
  const isImage = isImageType(mediaType);
  return (
    <div className="grid w-fit min-w-0 max-w-full grid-cols-[minmax(0,1fr)] gap-1.5 rounded-xl border bg-card p-2 text-sm">
      {address !== null && isImage && !isBroken ? (
        // oxlint-disable-next-line nextjs/no-img-element -- it is nobody's to be made smaller by a server
        <img
          src={address.preview}
          alt={name}
          loading="lazy"
          decoding="async"
          className="max-h-60 max-w-full rounded-lg object-contain"
          onError={() => setBroken(true)}
        />
      ) : null}
      <div className="flex min-w-0 items-center gap-2">
        <FileText aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <span dir="auto" className="min-w-0 truncate" title={name}>
          {name}
        </span>
        <span className="shrink-0 text-xs text-muted-foreground">{sizeWords(sizeBytes)}</span>
        {address === null ? null : (
          <span className="ms-auto flex shrink-0">
            {isImage || mediaType === "text/plain" ? (
              <a href={address.preview} target="_blank" rel="noreferrer" aria-label={m.view(name)} className={cn(actionClasses)}>
                <Eye aria-hidden className="size-4" />
              </a>
            ) : null}
            <a href={address.download} download={name} aria-label={m.download(name)} className={cn(actionClasses)}>
              <Download aria-hidden className="size-4" />
            </a>
          </span>
        )}
      </div>
      {whereabouts === null ? null : (
        <p dir="auto" className="max-w-96 wrap-anywhere text-xs text-muted-foreground">
          {whereabouts}
        </p>
      )}
    </div>
  );
}

const actionClasses = "grid size-8 place-items-center rounded-md text-muted-foreground hover:bg-accent hover:text-foreground";
