"use client";

import { useSyncExternalStore } from "react";
import { newListeners } from "@/lib/listeners";

const prefix = "mosaic.draft.";
const listeners = newListeners();
const typedListeners = new Set<(key: string) => void>();

/** Conversations that do not exist yet have a draft per agent. */
export const draftKey = (conversationId: string | null, agentId: string | null): string => conversationId ?? `new.${agentId ?? ""}`;

export const readDraft = (key: string): string => window.sessionStorage.getItem(prefix + key) ?? "";

/** What another device has typed. */
export const takeDraft = (key: string, text: string): void => {
  if (text === "") window.sessionStorage.removeItem(prefix + key);
  else window.sessionStorage.setItem(prefix + key, text);
  listeners.notify();
};

export const writeDraft = (key: string, text: string): void => {
  takeDraft(key, text);
  for (const listener of typedListeners) listener(key);
};

/** Hears of each draft that is written here. The returned function ends it. */
export const onDraftTyped = (listener: (key: string) => void): (() => void) => {
  typedListeners.add(listener);
  return () => void typedListeners.delete(listener);
};

/** Gives back what could not be sent, before anything that was written since. */
export const restoreDraft = (key: string, text: string): void => {
  const since = readDraft(key);
  writeDraft(key, since.trim() === "" ? text : `${text}\n\n${since}`);
};

/** What was typed for a conversation that has come to be meanwhile. */
export const moveDraft = (from: string, to: string): void => {
  const text = readDraft(from);
  takeDraft(from, "");
  if (text !== "") writeDraft(to, text);
};

export const useDraft = (key: string): string =>
  useSyncExternalStore(
    listeners.subscribe,
    () => readDraft(key),
    () => "",
  );
