"use client";

import { useEffect } from "react";

const path = "/service-worker.js";

/** Whether this browser has service workers here: it has none on plain http, but for localhost. */
const canHaveWorker = (): boolean => process.env.NODE_ENV === "production" && "serviceWorker" in navigator;

/** A browser looks for a newer one when it has nothing better to do; an update of Mosaic should not wait for that. */
const keepWorker = async (): Promise<void> => {
  const isKnown = (await navigator.serviceWorker.getRegistration("/")) !== undefined;
  const registration = await navigator.serviceWorker.register(path, { scope: "/", updateViaCache: "none" });
  if (isKnown) await registration.update();
};

/**
 * Registers the worker once the page has loaded, so that it costs the first view nothing. Best effort: without it Mosaic is as it always was,
 * but for the page that says that it can't be reached.
 */
export const useServiceWorker = (): void => {
  useEffect(() => {
    if (!canHaveWorker()) return;
    const register = (): void => void keepWorker().catch(() => undefined);
    if (document.readyState === "complete") {
      register();
      return;
    }
    window.addEventListener("load", register, { once: true });
    return () => window.removeEventListener("load", register);
  }, []);
};
