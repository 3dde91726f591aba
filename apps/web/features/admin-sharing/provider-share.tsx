"use client";

import type { SharableProvider } from "@mosaic/contracts/admin-sharing";
import { useId } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Switch } from "@/components/ui/switch";

const usesText = ({ usedByAgents }: SharableProvider): string =>
  usedByAgents === 0 ? "Used by nobody else" : `Used by ${usedByAgents === 1 ? "1 agent" : `${usedByAgents} agents`} of others`;

const modelsText = ({ models }: SharableProvider): string => {
  const shown = models.slice(0, 4).map((model) => model.name ?? model.id);
  return models.length > shown.length ? `${shown.join(", ")} and ${models.length - shown.length} more` : shown.join(", ");
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
          {provider.isActive ? null : <Badge tone="warning">Switched off</Badge>}
        </h4>
        <p className="break-words text-sm text-muted-foreground">{modelsText(provider)}</p>
        <p className="text-sm text-muted-foreground">
          {provider.isOwn ? "" : `Belongs to ${provider.ownerName} · `}
          {provider.isShared ? usesText(provider) : "Not shared"}
        </p>
      </div>
      {provider.isOwn ? (
        <div className="flex basis-full items-center gap-3 sm:basis-auto">
          <div className="grid min-w-0 flex-1 gap-0.5 sm:text-right">
            <label htmlFor={id} className="text-sm font-medium">
              Share <span className="sr-only">{provider.name}</span>
            </label>
            <p id={`${id}-text`} className="max-w-56 text-[0.8125rem] leading-snug text-muted-foreground">
              Everybody may use it; they never see the key.
            </p>
          </div>
          <Switch id={id} aria-describedby={`${id}-text`} checked={provider.isShared} onCheckedChange={onToggle} />
        </div>
      ) : (
        <Button variant="secondary" size="sm" aria-label={`Stop sharing ${provider.name}`} onClick={() => onToggle(false)}>
          Stop sharing
        </Button>
      )}
    </li>
  );
}
