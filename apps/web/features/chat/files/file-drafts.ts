"use client";

import { chatFile, maxFileBytes, maxFilesPerMessage, type ChatFile } from "@mosaic/contracts/files";
import { useSyncExternalStore } from "react";
import { z } from "zod";
import { isEmpty, tooLarge, tooMany } from "@/features/chat/files/file-words";
import { uploadFile } from "@/features/chat/files/upload-file";
import { describeError, requestNothing } from "@/lib/api";
import { newId } from "@/lib/new-id";
import { newListeners } from "@/lib/listeners";

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
  /** What can be uploaded once more. */
  readonly again: File | null;
}

interface Entry {
  readonly drafts: readonly FileDraft[];
  /** Said of what was added last. */
  readonly notice: string | null;
}

const none: Entry = { drafts: [], notice: null };

/** Of each conversation. A reload keeps those that are stored. What is not sent the server removes after a day. */
const entries = new Map<string, Entry>();
const uploads = new Map<string, AbortController>();
const listeners = newListeners();
const storageKey = (key: string): string => `mosaic.files.${key}`;

const put = (key: string, entry: Entry): void => {
  entries.set(key, entry);
  const stored = storedOf(entry);
  if (stored.length === 0) window.sessionStorage.removeItem(storageKey(key));
  else window.sessionStorage.setItem(storageKey(key), JSON.stringify(stored));
  listeners.notify();
};

const storedOf = ({ drafts }: Entry): ChatFile[] => drafts.flatMap(({ stored }) => (stored === null ? [] : [stored]));

const entryOf = (key: string): Entry => {
  const entry = entries.get(key) ?? { drafts: leftOver(key).map(storedDraft), notice: null };
  entries.set(key, entry);
  return entry;
};

const leftOver = (key: string): ChatFile[] => {
  try {
    return z.array(chatFile).parse(JSON.parse(window.sessionStorage.getItem(storageKey(key)) ?? "[]"));
  } catch {
    return [];
  }
};

/** In whatever conversation it is by now. */
const change = (draftKey: string, to: Partial<FileDraft>): void => {
  for (const [key, { drafts, notice }] of entries) {
    if (!drafts.some((draft) => draft.key === draftKey)) continue;
    put(key, { drafts: drafts.map((draft) => (draft.key === draftKey ? { ...draft, ...to } : draft)), notice });
    return;
  }
};

export const useFileDrafts = (key: string): Entry =>
  useSyncExternalStore(
    listeners.subscribe,
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
    if (draft.fault === null) void upload(draft.key, file);
  }
};

const draftOf = ({ name, size }: File): FileDraft => ({
  key: newId(),
  name,
  sizeBytes: size,
  percent: 0,
  stored: null,
  again: null,
  fault: size > maxFileBytes ? tooLarge : size === 0 ? isEmpty : null,
});

const upload = async (draftKey: string, file: File): Promise<void> => {
  const aborter = new AbortController();
  uploads.set(draftKey, aborter);
  try {
    const stored = await uploadFile(file, (percent) => change(draftKey, { percent }), aborter.signal);
    change(draftKey, { stored, name: stored.name, percent: 100 });
  } catch (error) {
    const { title, detail } = describeError(error);
    change(draftKey, { fault: detail ?? title, again: file });
  } finally {
    uploads.delete(draftKey);
  }
};

/** Uploads it once more. */
export const retryFile = ({ key, again }: FileDraft): void => {
  if (again === null) return;
  change(key, { fault: null, again: null, percent: 0 });
  void upload(key, again);
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
  const stored = storedOf(entryOf(key));
  put(key, none);
  return stored;
};

/** What was attached for a conversation that has come to be meanwhile. Uploads go on. */
export const moveFiles = (from: string, to: string): void => {
  const { drafts, notice } = entryOf(from);
  if (drafts.length === 0) return;
  put(from, none);
  put(to, { drafts: [...entryOf(to).drafts, ...drafts], notice });
};

/** Gives back those of a message that was not sent. */
export const restoreFiles = (key: string, files: readonly ChatFile[]): void => {
  const { drafts, notice } = entryOf(key);
  if (files.length > 0) put(key, { drafts: [...files.map(storedDraft), ...drafts].slice(0, maxFilesPerMessage), notice });
};

const storedDraft = (stored: ChatFile): FileDraft => ({
  key: newId(),
  name: stored.name,
  sizeBytes: stored.sizeBytes,
  percent: 100,
  stored,
  fault: null,
  again: null,
});
