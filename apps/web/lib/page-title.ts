"use client";

import { useEffect } from "react";

/** What stands before every title: how much is unread. */
let prefix = "";
/** What the page's metadata says. */
let given = "";
/** What the page knows better, once its data has come. */
let known: string | null = null;
let watchers = 0;

const titleNow = (): string => `${prefix}${known ?? given}`;

const show = (): void => {
  if (document.title !== titleNow()) document.title = titleNow();
};

/** The metadata comes when it comes, also after what the page knows. */
const notice = (): void => {
  if (document.title === titleNow()) return;
  given = document.title;
  show();
};

let observer: MutationObserver | null = null;

const watch = (): (() => void) => {
  watchers += 1;
  if (observer === null) {
    given = document.title;
    observer = new MutationObserver(notice);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
  }
  return () => {
    watchers -= 1;
    if (watchers > 0) return;
    observer?.disconnect();
    observer = null;
  };
};

/** For titles that are known only once data has come; the static part is in the page's metadata. */
export const usePageTitle = (title: string | null): void => {
  useEffect(watch, []);
  useEffect(() => {
    if (title === null) return undefined;
    notice();
    known = `${title} · Mosaic`;
    show();
    return () => {
      notice();
      known = null;
      show();
    };
  }, [title]);
};

/** Shows a number in the tab, also before the titles that pages bring along. */
export const useTitleCount = (count: number): void => {
  useEffect(watch, []);
  useEffect(() => {
    notice();
    prefix = count === 0 ? "" : `(${count}) `;
    show();
    return () => {
      notice();
      prefix = "";
      show();
    };
  }, [count]);
};
