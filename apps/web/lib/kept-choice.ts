import { useSyncExternalStore } from "react";

/** A yes or no of whoever sits at this browser: kept in it, over reloads, and the same in all its tabs. */
export interface KeptChoice {
  readonly get: () => boolean;
  readonly set: (isOn: boolean) => void;
  /** As {@link get}, and drawn again at each change. */
  readonly use: () => boolean;
}

export const keptChoice = (name: string, initial: boolean): KeptChoice => {
  const storageKey = `mosaic.${name}`;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    window.addEventListener("storage", listener);
    return () => {
      listeners.delete(listener);
      window.removeEventListener("storage", listener);
    };
  };
  const get = (): boolean => {
    const kept = window.localStorage.getItem(storageKey);
    return kept === null ? initial : kept === "on";
  };
  return {
    get,
    set: (isOn) => {
      window.localStorage.setItem(storageKey, isOn ? "on" : "off");
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get, () => initial),
  };
};
