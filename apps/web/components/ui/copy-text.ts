import { useCallback, useEffect, useState } from "react";
import { announce } from "@/components/ui/announce";
import { m } from "@messages/components";

/** The clipboard is there on https and localhost only; elsewhere the old command still works. */
const copyText = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
};

const copyBySelection = (text: string): boolean => {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  // A modal dialog takes the focus back from what is outside of it, and with it the selection.
  (focused?.closest("[role=dialog],[role=alertdialog]") ?? document.body).append(area);
  area.focus({ preventScroll: true });
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
};

/** Pages before the sign-in show no short notices, and shall not load what shows them. */
const tellFailure = (): void => {
  void import("sonner").then(({ toast }) => toast.error(m.couldNotBeCopied));
};

/** `isCopied` for two seconds after it worked, which a screen reader is told too. */
export const useCopy = (): { readonly isCopied: boolean; readonly copy: (text: string) => void } => {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = useCallback((text: string): void => {
    void copyText(text).then((worked) => {
      setCopied(worked);
      announce(worked ? m.copied : m.couldNotBeCopied);
      if (!worked) tellFailure();
    });
  }, []);
  return { isCopied, copy };
};
