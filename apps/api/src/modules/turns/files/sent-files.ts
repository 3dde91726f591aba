import type { FilePart, MessagePart } from "@mosaic/contracts/message-parts";
import { isImageType } from "@mosaic/contracts/files";

/** What is known of the images that a gateway and its model take. `null`: the model takes none, or nobody knows. */
export type ImageLimits = { readonly maxBytes: number; readonly maxTotalBytes: number } | null;

interface SentFile {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/**
 * What a message says of its files. All of them lie in the agent's workspace, each under a name of its own, which is the same however often it is
 * brought there. Images that the model takes are shown to it, too.
 */
export function partsOfFiles(files: readonly SentFile[], inbox: string, images: ImageLimits): FilePart[] {
  let leftBytes = images?.maxTotalBytes ?? 0;
  return files.map(({ id, name, mediaType, sizeBytes }) => {
    const part = { type: "file", id, name, mediaType, sizeBytes, workspacePath: `${inbox}/${id.slice(-8)}-${name}` } as const;
    if (!isImageType(mediaType)) {
      return part;
    }
    const isShownToModel = images !== null && sizeBytes <= Math.min(images.maxBytes, leftBytes);
    leftBytes -= isShownToModel ? sizeBytes : 0;
    return { ...part, isShownToModel };
  });
}

/** The files of a message that have a place in the workspace. */
export function sentFilesOf(parts: readonly MessagePart[]): (FilePart & { readonly id: string; readonly workspacePath: string })[] {
  return parts.flatMap((part) =>
    part.type === "file" && part.id !== undefined && part.workspacePath !== undefined
      ? [{ ...part, id: part.id, workspacePath: part.workspacePath }]
      : [],
  );
}

/** The text of a message as its agent gets it: with the places of its files, which people see below the message. */
export function withFiles(text: string, parts: readonly MessagePart[]): string {
  const lines = sentFilesOf(parts).map(({ workspacePath, mediaType, sizeBytes, isShownToModel }) => {
    const shown = isShownToModel === true ? ", shown to you" : "";
    return `- ${workspacePath} (${mediaType}, ${sizeBytes} bytes${shown})`;
  });
  if (lines.length === 0) {
    return text;
  }
  const list = ["[Files of this message, in your workspace:", ...lines, "]"].join("\n");
  return text.trim() === "" ? list : `${text}\n\n${list}`;
}
