"use client";

import { useSyncExternalStore } from "react";
import { newListeners } from "@/lib/listeners";

const prefix = "mosaic.edit.";
const listeners = newListeners();

const changed = (): void => {
  listeners.notify();
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
    listeners.subscribe,
    () => window.sessionStorage.getItem(prefix + messageId),
    () => null,
  );
