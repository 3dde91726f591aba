"use client";

import type { Conversation } from "@mosaic/contracts/chat";
import { useRouter } from "next/navigation";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useLeave } from "@/components/page/unsaved-guard";
import { RenameOnDemand } from "@/features/chat/rename-on-demand";
import { returnFocus, setSearchOpen, useSearchOpen } from "@/features/chat/search/search-open";
import { isTypingIn, shortcutOf, type ShortcutId } from "@/features/palette/shortcuts";
import { singleKeys } from "@/features/palette/single-keys";

const loadDialog = async () => ({ default: (await import("@/features/palette/palette-dialog")).PaletteDialog });
const PaletteDialog = lazy(loadDialog);
const ShortcutsDialog = lazy(async () => ({ default: (await import("@/features/palette/shortcuts-dialog")).ShortcutsDialog }));

/** Search, actions and shortcuts of every page behind the sign-in. */
export function Palette() {
  const isOpen = useSearchOpen();
  const [renamed, setRenamed] = useState<Conversation | null>(null);
  const [hasList, setHasList] = useState(false);
  const router = useRouter();
  const leave = useLeave();
  const handlers = useMemo<Record<ShortcutId, () => boolean>>(
    () => ({
      palette: () => done(() => setSearchOpen(true)),
      list: () => done(() => setHasList(true)),
      newChat: () => done(() => leave(() => router.push("/chat"))),
      field: focusField,
    }),
    [leave, router],
  );
  useShortcuts(handlers);
  return (
    <Suspense>
      {isOpen ? <PaletteDialog onRename={setRenamed} onShortcuts={() => setHasList(true)} /> : null}
      {hasList ? <ShortcutsDialog onClose={() => setHasList(false)} /> : null}
      {renamed === null ? null : <RenameOnDemand conversation={renamed} onClose={() => setRenamed(null)} onReturnFocus={returnFocus} />}
    </Suspense>
  );
}

const done = (act: () => void): boolean => {
  act();
  return true;
};

/** False on a page that has none: then the key is left to the browser. */
const focusField = (): boolean => {
  const field = document.querySelector<HTMLTextAreaElement>("main form textarea:enabled");
  field?.focus();
  return field !== null;
};

const useShortcuts = (handlers: Record<ShortcutId, () => boolean>): void => {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // Pressed before the letter: what is typed right after both finds its field.
      if (event.key === "Control" || event.key === "Meta") void loadDialog().catch(() => undefined);
      const id = shortcutOf(event, isTypingIn(event.target), singleKeys.get());
      if (id === null || event.defaultPrevented) return;
      // Another dialog asks something first.
      const isFree = document.querySelector("[role=dialog], [role=alertdialog]") === null;
      if (!isFree) {
        // What the browser does with Ctrl+K would lead away from it.
        if (id === "palette") event.preventDefault();
        return;
      }
      if (handlers[id]()) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [handlers]);
  useEffect(() => () => setSearchOpen(false), []);
};
