import { useEffect, useEffectEvent } from "react";

/** Hears when what uses it goes away, and when the page does: reloaded, closed, or put aside by a phone. */
export const useLeave = (onLeave: () => void): void => {
  const leave = useEffectEvent(onLeave);
  useEffect(() => {
    const onPageHide = (): void => leave();
    window.addEventListener("pagehide", onPageHide);
    return () => {
      window.removeEventListener("pagehide", onPageHide);
      leave();
    };
  }, []);
};
