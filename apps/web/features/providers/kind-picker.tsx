"use client";

import { providerDefinitions, providerKind, type ProviderKind } from "@mosaic/contracts/provider";
import { ChoiceCard, ChoiceGroup } from "@/components/ui/choice-card";
import { cn } from "@/components/ui/cn";
import { useDemoOffered } from "@/lib/provider-list";
import { m } from "@messages/providers";
import { m as words } from "@messages/provider-kinds";

const marks: Record<ProviderKind, { text: string; classes: string }> = {
  zai: { text: "Z", classes: "bg-tile-4 text-white dark:text-background" },
  openai: { text: "O", classes: "bg-foreground text-background" },
  anthropic: { text: "A", classes: "bg-tile-3 text-black" },
  ollama: { text: "Ol", classes: "bg-muted text-foreground border" },
  "openai-compatible": { text: "{ }", classes: "bg-primary text-primary-foreground" },
  demo: { text: "D", classes: "bg-tile-2 text-black" },
};

export function ProviderMark({ kind, className }: { readonly kind: ProviderKind; readonly className?: string }) {
  const { text, classes } = marks[kind];
  return (
    <span aria-hidden className={cn("grid size-8 shrink-0 place-items-center rounded-md text-sm font-semibold", classes, className)}>
      {text}
    </span>
  );
}

export function KindPicker({ value, onChange }: { readonly value: ProviderKind; readonly onChange: (kind: ProviderKind) => void }) {
  const isDemoOffered = useDemoOffered();
  return (
    <ChoiceGroup
      aria-label={m.provider}
      value={value}
      onValueChange={(next) => onChange(providerKind.parse(next))}
      className="grid gap-2.5 sm:grid-cols-2"
    >
      {providerKind.options
        .filter((kind) => !providerDefinitions[kind].isBuiltIn || isDemoOffered)
        .map((kind) => (
          <ChoiceCard
            key={kind}
            value={kind}
            title={words.labels[kind]}
            description={words.hints[kind]}
            icon={<ProviderMark kind={kind} />}
          />
        ))}
    </ChoiceGroup>
  );
}
