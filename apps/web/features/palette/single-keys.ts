import { useSyncExternalStore } from "react";

const storageKey = "mosaic.single-keys";
const listeners = new Set<() => void>();

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
};

/** Whether one key alone does something: a choice for this browser, as its keyboard is. */
export const hasSingleKeys = (): boolean => window.localStorage.getItem(storageKey) !== "off";

export const setSingleKeys = (isOn: boolean): void => {
  window.localStorage.setItem(storageKey, isOn ? "on" : "off");
  for (const listener of listeners) listener();
};

export const useSingleKeys = (): boolean => useSyncExternalStore(subscribe, hasSingleKeys, () => true);
