import { useSyncExternalStore } from "react";

let isOpen = false;
let opener: Element | null = null;
const listeners = new Set<() => void>();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The dialog is one for the page; buttons for it are in the sidebar, and the sidebar is there twice on a narrow screen. */
export const setSearchOpen = (next: boolean): void => {
  if (next && !isOpen) opener = document.activeElement;
  isOpen = next;
  for (const listener of listeners) listener();
};

export const useSearchOpen = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => isOpen,
    () => false,
  );

/** Gives the focus back to where it was. */
export const returnFocus = (): void => {
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
};
