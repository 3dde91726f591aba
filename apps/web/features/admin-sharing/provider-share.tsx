"use client";

import type { SharableProvider } from "@mosaic/contracts/admin-sharing";
import { useId } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";
import { m } from "@messages/admin-sharing";

const usesText = ({ usedByAgents }: SharableProvider): string => (usedByAgents === 0 ? m.usedByNobodyElse : m.usedByOfOthers(usedByAgents));

const modelsText = ({ models }: SharableProvider): string => {
  const shown = models.slice(0, 4).map((model) => model.name ?? model.id);
  return models.length > shown.length ? m.andMore(shown.join(", "), models.length - shown.length) : shown.join(", ");
};

export interface ProviderShareProps {
  readonly provider: SharableProvider;
  readonly onToggle: (isShared: boolean) => void;
}

export function ProviderShare({ provider, onToggle }: ProviderShareProps) {
  const id = useId();
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-xl border bg-card p-4 shadow-xs">
      <div className="grid min-w-0 flex-1 basis-60 gap-0.5">
        <h4 className="flex flex-wrap items-center gap-2 font-medium">
          <span className="break-words">{provider.name}</span>
          {provider.isActive ? null : <Badge tone="warning">{m.switchedOff}</Badge>}
        </h4>
        <p className="break-words text-sm text-muted-foreground">{modelsText(provider)}</p>
        <p className="text-sm text-muted-foreground">
          {provider.isOwn ? "" : m.belongsTo(provider.ownerName)}
          {provider.isShared ? usesText(provider) : m.notShared}
        </p>
      </div>
      {provider.isOwn ? (
        <div className="flex basis-full items-center gap-3 sm:basis-auto">
          <div className="grid min-w-0 flex-1 gap-0.5 sm:text-end">
            <label htmlFor={id} className="text-sm font-medium">
              {m.share(<span className="sr-only">{provider.name}</span>)}
            </label>
            <p id={`${id}-text`} className="max-w-56 text-[0.8125rem] leading-snug text-muted-foreground">
              {m.everybodyMayUseItThey}
            </p>
          </div>
          <Switch id={id} aria-describedby={`${id}-text`} checked={provider.isShared} onCheckedChange={onToggle} />
        </div>
      ) : (
        <Button variant="secondary" size="sm" aria-label={m.stopSharing(provider.name)} onClick={() => onToggle(false)}>
          {m.stopSharingShort}
        </Button>
      )}
    </li>
  );
}
