"use client";

import { useId } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Switch } from "@/components/ui/switch";
import { useModifierKey } from "@/features/chat/search/search-button";
import { allShortcuts } from "@/features/palette/shortcuts";
import { singleKeys } from "@/features/palette/single-keys";
import { m } from "@messages/palette";

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const modifier = useModifierKey();
  const hasSingle = singleKeys.use();
  const [labelId, hintId] = [useId(), useId()];
  return (
    <Dialog isOpen onClose={onClose} title={m.keyboardShortcuts}>
      <dl className="grid grid-cols-[1fr_auto] items-center gap-x-6 gap-y-2 text-sm">
        {allShortcuts.map(({ keys, says, isSingle }) => (
          <div key={says} className={`col-span-2 grid grid-cols-subgrid items-center ${isSingle && !hasSingle ? "opacity-60" : ""}`}>
            <dt>{says}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <kbd key={key} className="rounded-md border bg-muted px-1.5 py-0.5 font-sans text-xs">
                  {key === "Mod" ? modifier : key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="flex items-center justify-between gap-4 border-t pt-4">
        <span className="grid gap-0.5">
          <span id={labelId} className="text-sm font-medium">
            {m.singleKeyShortcuts}
          </span>
          <span id={hintId} className="text-[0.8125rem] text-muted-foreground">
            {m.turnThemOffIfYou}
          </span>
        </span>
        <Switch checked={hasSingle} onCheckedChange={singleKeys.set} aria-labelledby={labelId} aria-describedby={hintId} />
      </div>
    </Dialog>
  );
}
