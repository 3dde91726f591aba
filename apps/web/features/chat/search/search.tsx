"use client";

import { lazy, Suspense, useEffect } from "react";
import { setSearchOpen, useSearchOpen } from "@/features/chat/search/search-open";

const loadDialog = async () => ({ default: (await import("@/features/chat/search/search-dialog")).SearchDialog });
const SearchDialog = lazy(loadDialog);

/** The search, which Ctrl+K or ⌘K opens on every page behind the sign-in. */
export function Search() {
  const isOpen = useSearchOpen();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // Pressed before the letter: what is typed right after both finds its field.
      if (event.key === "Control" || event.key === "Meta") void loadDialog().catch(() => undefined);
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      // Another dialog asks something first.
      if (document.querySelector("[role=dialog], [role=alertdialog]") === null) setSearchOpen(true);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      setSearchOpen(false);
    };
  }, []);
  return isOpen ? (
    <Suspense>
      <SearchDialog />
    </Suspense>
  ) : null;
}
