"use client";

import { Search } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { setSearchOpen } from "@/features/chat/search/search-open";
import { m } from "@messages/search";

const isApple = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent);
const never = (): (() => void) => () => undefined;

/** Known once the page runs: the exported page is the same for all. */
export const useModifierKey = (): string =>
  useSyncExternalStore(
    never,
    () => (isApple() ? "⌘" : m.ctrl),
    () => m.ctrl,
  );

export function SearchButton({ onOpen }: { readonly onOpen?: (() => void) | undefined }) {
  const modifier = useModifierKey();
  return (
    <Button
      variant="ghost"
      aria-keyshortcuts={modifier === "⌘" ? "Meta+K" : "Control+K"}
      className="justify-start px-4 text-muted-foreground"
      onClick={() => {
        onOpen?.();
        setSearchOpen(true);
      }}
    >
      <Search aria-hidden />
      {m.searchConversations}
      <kbd aria-hidden className="ms-auto font-sans text-xs pointer-coarse:hidden">
        {modifier} K
      </kbd>
    </Button>
  );
}
