"use client";

import { maxFileBytes, maxFilesPerMessage, type ChatFile } from "@mosaic/contracts/files";
import { useSyncExternalStore } from "react";
import { isEmpty, tooLarge, tooMany } from "@/features/chat/files/file-words";
import { uploadFile } from "@/features/chat/files/upload-file";
import { describeError, requestNothing } from "@/lib/api";
import { newId } from "@/lib/new-id";

/** A file that is to go with the next message. */
export interface FileDraft {
  readonly key: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly percent: number;
  /** Once it is stored. */
  readonly stored: ChatFile | null;
  /** Why it can't go along. */
  readonly fault: string | null;
}

interface Entry {
  readonly drafts: readonly FileDraft[];
  /** Said of what was added last. */
  readonly notice: string | null;
}

const none: Entry = { drafts: [], notice: null };

/** Of each conversation, as long as the page is open. What is not sent the server removes after a day. */
const entries = new Map<string, Entry>();
const uploads = new Map<string, AbortController>();
const listeners = new Set<() => void>();

const put = (key: string, entry: Entry): void => {
  if (entry.drafts.length === 0 && entry.notice === null) entries.delete(key);
  else entries.set(key, entry);
  for (const listener of listeners) listener();
};

const entryOf = (key: string): Entry => entries.get(key) ?? none;

const change = (key: string, draftKey: string, to: Partial<FileDraft>): void => {
  const { drafts, notice } = entryOf(key);
  put(key, { drafts: drafts.map((draft) => (draft.key === draftKey ? { ...draft, ...to } : draft)), notice });
};

export const useFileDrafts = (key: string): Entry =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => entryOf(key),
    () => none,
  );

/** Uploads files for the next message, as far as there is room for them. */
export const addFiles = (key: string, files: readonly File[]): void => {
  const { drafts } = entryOf(key);
  const fitting = files.slice(0, Math.max(0, maxFilesPerMessage - drafts.length));
  const added = fitting.map((file) => ({ file, draft: draftOf(file) }));
  put(key, { drafts: [...drafts, ...added.map(({ draft }) => draft)], notice: fitting.length < files.length ? tooMany : null });
  for (const { file, draft } of added) {
    if (draft.fault === null) void upload(key, draft.key, file);
  }
};

const draftOf = ({ name, size }: File): FileDraft => ({
  key: newId(),
  name,
  sizeBytes: size,
  percent: 0,
  stored: null,
  fault: size > maxFileBytes ? tooLarge : size === 0 ? isEmpty : null,
});

const upload = async (key: string, draftKey: string, file: File): Promise<void> => {
  const aborter = new AbortController();
  uploads.set(draftKey, aborter);
  try {
    const stored = await uploadFile(file, (percent) => change(key, draftKey, { percent }), aborter.signal);
    change(key, draftKey, { stored, name: stored.name, percent: 100 });
  } catch (error) {
    const { title, detail } = describeError(error);
    change(key, draftKey, { fault: detail ?? title });
  } finally {
    uploads.delete(draftKey);
  }
};

export const removeFile = (key: string, draftKey: string): void => {
  const { drafts } = entryOf(key);
  const removed = drafts.find((draft) => draft.key === draftKey);
  put(key, { drafts: drafts.filter((draft) => draft !== removed), notice: null });
  uploads.get(draftKey)?.abort();
  // If it does not hear of it, the server removes it after a day.
  if (removed?.stored) void requestNothing(`/api/files/${removed.stored.id}`, { method: "DELETE" }).catch(() => undefined);
};

/** Those that are stored, for a message that is sent now; none is left here. */
export const takeFiles = (key: string): readonly ChatFile[] => {
  const { drafts } = entryOf(key);
  put(key, none);
  return drafts.flatMap(({ stored }) => (stored === null ? [] : [stored]));
};

/** Gives back those of a message that was not sent. */
export const restoreFiles = (key: string, files: readonly ChatFile[]): void => {
  const { drafts, notice } = entryOf(key);
  const restored = files.map((stored) => ({
    key: newId(),
    name: stored.name,
    sizeBytes: stored.sizeBytes,
    percent: 100,
    stored,
    fault: null,
  }));
  if (files.length > 0) put(key, { drafts: [...restored, ...drafts].slice(0, maxFilesPerMessage), notice });
};
