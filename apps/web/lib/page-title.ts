"use client";

import { useEffect } from "react";

/** What stands before every title: how much is unread. */
let prefix = "";
/** As it is without that. */
let bare = "";

const show = (): void => {
  const title = `${prefix}${bare}`;
  if (document.title !== title) document.title = title;
};

/** For titles that are known only once data has come; the static part is in the page's metadata. */
export const usePageTitle = (title: string | null): void => {
  useEffect(() => {
    if (title === null) return;
    bare = `${title} · Mosaic`;
    show();
  }, [title]);
};

/** Shows a number in the tab, also before the titles that pages bring along. */
export const useTitleCount = (count: number): void => {
  useEffect(() => {
    bare = document.title === `${prefix}${bare}` ? bare : document.title;
    prefix = count === 0 ? "" : `(${count}) `;
    show();
  }, [count]);
  useEffect(() => {
    const observer = new MutationObserver(() => {
      if (document.title === `${prefix}${bare}`) return;
      bare = document.title;
      show();
    });
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => {
      observer.disconnect();
      prefix = "";
      show();
    };
  }, []);
};
