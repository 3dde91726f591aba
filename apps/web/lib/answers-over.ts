import { useSyncExternalStore } from "react";
import { newListeners } from "@/lib/listeners";

/** None of them begins again, so what was asked of the server before its end can't bring one back. */
const over = new Set<string>();
const listeners = newListeners();

export const noteAnswerOver = (answerId: string): void => {
  if (over.has(answerId)) return;
  over.add(answerId);
  listeners.notify();
};

/** Whether this page has heard that the answer has ended. */
export const useIsAnswerOver = (answerId: string | undefined): boolean =>
  useSyncExternalStore(
    listeners.subscribe,
    () => answerId !== undefined && over.has(answerId),
    () => false,
  );
