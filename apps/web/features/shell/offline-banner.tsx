"use client";

import { WifiOff } from "lucide-react";
import { useIsOnline } from "@/features/shell/online";
import { useHasLiveEvents } from "@/features/shell/live-events";
import { m } from "@messages/shell";

/** Always in the page, so that a screen reader hears its text come and go. */
export function OfflineBanner() {
  const isOnline = useIsOnline();
  const hasEvents = useHasLiveEvents();
  const text = isOnline ? (hasEvents ? null : m.mosaicCantBeReachedTrying) : m.youAreOfflineWhatYou;
  return (
    <div role="status">
      {text === null ? null : (
        <p className="flex items-center justify-center gap-2 border-b border-warning-border bg-warning-surface px-4 py-2 text-center text-sm text-warning">
          <WifiOff aria-hidden className="size-4 shrink-0" />
          {text}
        </p>
      )}
    </div>
  );
}
