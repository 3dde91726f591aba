import { useSyncExternalStore } from "react";

/** None of them begins again, so what was asked of the server before its end can't bring one back. */
const over = new Set<string>();
const listeners = new Set<() => void>();

export const noteAnswerOver = (answerId: string): void => {
  if (over.has(answerId)) return;
  over.add(answerId);
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether this page has heard that the answer has ended. */
export const useIsAnswerOver = (answerId: string | undefined): boolean =>
  useSyncExternalStore(
    subscribe,
    () => answerId !== undefined && over.has(answerId),
    () => false,
  );
