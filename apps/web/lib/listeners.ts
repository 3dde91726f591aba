export interface Listeners {
  /** One function for good, as `useSyncExternalStore` wants it: it subscribes anew for another one. The returned function ends it. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly notify: () => void;
}

export const newListeners = (): Listeners => {
  const listeners = new Set<() => void>();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    notify: () => {
      for (const listener of listeners) listener();
    },
  };
};
