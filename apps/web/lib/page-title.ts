"use client";

import { useEffect } from "react";

/** For titles that are known only once data has come; the static part is in the page's metadata. */
export const usePageTitle = (title: string | null): void => {
  useEffect(() => {
    if (title !== null) document.title = `${title} · Mosaic`;
  }, [title]);
};
