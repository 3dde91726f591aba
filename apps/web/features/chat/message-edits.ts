"use client";

import { useSyncExternalStore } from "react";

const prefix = "mosaic.edit.";
const listeners = new Set<() => void>();

const changed = (): void => {
  for (const listener of listeners) listener();
};

/** What is typed as another version of a message. It outlives the editor: its row may leave the page, and come back. */
export const writeEdit = (messageId: string, text: string): void => {
  window.sessionStorage.setItem(prefix + messageId, text);
  changed();
};

/** It was sent, or given up. */
export const dropEdit = (messageId: string): void => {
  window.sessionStorage.removeItem(prefix + messageId);
  changed();
};

/** `null`: the message is not being edited. */
export const useEdit = (messageId: string): string | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => window.sessionStorage.getItem(prefix + messageId),
    () => null,
  );
