import { useCallback, useEffect, useState } from "react";
import { announce } from "@/components/ui/announce";
import { m } from "@messages/components";

/** The clipboard is there on https and localhost only; elsewhere the old command still works. */
const copyText = async (text: string): Promise<boolean> => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    return isCopied;
  }
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
    });
  }, []);
  return { isCopied, copy };
};
