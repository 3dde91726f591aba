import { useEffect, useState } from "react";

/** A part of the page that only some messages need: `use` gives `null` until it is there, and asks for it once it is wanted. */
export const loadedOnDemand = <T>(load: () => Promise<T>) => {
  let part: T | null = null;
  let loading: Promise<void> | null = null;
  const ask = (): Promise<void> => {
    loading ??= load().then(
      (loaded) => {
        part = loaded;
      },
      () => {
        // Not there now: whoever wants it next asks again.
        loading = null;
      },
    );
    return loading;
  };
  return (isWanted: boolean): T | null => {
    const [, setLoaded] = useState(part !== null);
    useEffect(() => {
      if (!isWanted || part !== null) return;
      let isWatched = true;
      void ask().then(() => {
        if (isWatched) setLoaded(part !== null);
      });
      return () => {
        isWatched = false;
      };
    }, [isWanted]);
    return isWanted ? part : null;
  };
};
