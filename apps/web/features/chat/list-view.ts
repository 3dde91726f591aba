"use client";

import { useSyncExternalStore } from "react";
import type { ListFilter } from "@/features/chat/conversation-cache";
import { keptChoice } from "@/lib/kept-choice";
import { newListeners } from "@/lib/listeners";

const initial: ListFilter = { agentId: null, folderId: null, isArchived: false };
let shown = initial;
const listeners = newListeners();

/** Which conversations the sidebar shows: it stays when the narrow screen's sidebar closes, and not when the page is loaded again. */
export const useListView = (): ListFilter =>
  useSyncExternalStore(
    listeners.subscribe,
    () => shown,
    () => initial,
  );

/** Whether each agent's conversations stand together, where there are several. */
export const listByAgent = keptChoice("list-by-agent", false);

export const showList = (change: Partial<ListFilter>): void => {
  shown = { ...shown, ...change };
  listeners.notify();
};
