"use client";

import { TriangleAlert } from "lucide-react";
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
  /** Why it is disabled. */
  readonly reason?: string;
}

/** One card of a radio group: its name is the title, its description and the reason are read after it. */
export function ChoiceCard({ value, title, description, icon, isDisabled = false, reason }: ChoiceCardProps) {
  const id = useId();
  const describedBy = [description ? `${id}-description` : "", reason ? `${id}-reason` : ""].filter(Boolean).join(" ");
  return (
    <Radix.Item
      value={value}
      disabled={isDisabled}
      aria-labelledby={`${id}-title`}
      {...(describedBy ? { "aria-describedby": describedBy } : {})}
      className={cn(
        "group flex items-start gap-3 rounded-lg border border-input/70 bg-card p-3.5 text-start shadow-xs transition-colors hover:border-input hover:bg-accent/50",
        "data-[state=checked]:border-primary data-[state=checked]:bg-accent data-[state=checked]:ring-1 data-[state=checked]:ring-primary",
        // A reason has to be read: then it is all but the reason that fades.
        reason ? "disabled:cursor-not-allowed disabled:bg-muted" : "disabled:cursor-not-allowed disabled:opacity-60",
      )}
    >
      {icon}
      <span className="grid min-w-0 flex-1 gap-0.5">
        <span id={`${id}-title`} className={cn("break-words text-sm font-medium", reason && "opacity-60")}>
          {title}
        </span>
        {description ? (
          <span
            id={`${id}-description`}
            className={cn(
              "break-words text-[0.8125rem] leading-snug text-muted-foreground group-data-[state=checked]:text-accent-foreground/80",
              reason && "opacity-60",
            )}
          >
            {description}
          </span>
        ) : null}
        {reason ? (
          <span id={`${id}-reason`} className="mt-1 flex items-start gap-1.5 text-[0.8125rem] leading-snug text-warning">
            <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
            <span className="min-w-0 break-words">{reason}</span>
          </span>
        ) : null}
      </span>
      <span
        aria-hidden
        className={cn(
          "mt-0.5 grid size-4 shrink-0 place-items-center rounded-full border border-input bg-card group-data-[state=checked]:border-primary",
          reason && "opacity-60",
        )}
      >
        <span className="size-2 rounded-full bg-primary opacity-0 group-data-[state=checked]:opacity-100" />
      </span>
    </Radix.Item>
  );
}
