"use client";

import { RadioGroup as Radix } from "radix-ui";
import { useId, type ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export const ChoiceGroup = Radix.Root;

export interface ChoiceCardProps {
  readonly value: string;
  readonly title: string;
  readonly description?: ReactNode;
  readonly icon?: ReactNode;
  readonly isDisabled?: boolean;
}

/** One card of a radio group: its name is the title, its description is read after it. */
export function ChoiceCard({ value, title, description, icon, isDisabled = false }: ChoiceCardProps) {
  const id = useId();
  return (
    <Radix.Item
      value={value}
      disabled={isDisabled}
      aria-labelledby={`${id}-title`}
      {...(description ? { "aria-describedby": `${id}-description` } : {})}
      className={cn(
        "group flex items-start gap-3 rounded-lg border border-input/70 bg-card p-3.5 text-start shadow-xs transition-colors hover:border-input hover:bg-accent/50",
        "data-[state=checked]:border-primary data-[state=checked]:bg-accent data-[state=checked]:ring-1 data-[state=checked]:ring-primary",
        "disabled:cursor-not-allowed disabled:opacity-60",
      )}
    >
      {icon}
      <span className="grid min-w-0 flex-1 gap-0.5">
        <span id={`${id}-title`} className="text-sm font-medium">
          {title}
        </span>
        {description ? (
          <span
            id={`${id}-description`}
            className="text-[0.8125rem] leading-snug text-muted-foreground group-data-[state=checked]:text-accent-foreground/80"
          >
            {description}
          </span>
        ) : null}
      </span>
      <span
        aria-hidden
        className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-input bg-card group-data-[state=checked]:border-primary"
      >
        <span className="size-2 rounded-full bg-primary opacity-0 group-data-[state=checked]:opacity-100" />
      </span>
    </Radix.Item>
  );
}
