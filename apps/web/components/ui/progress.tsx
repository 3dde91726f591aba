"use client";

import { Progress as Radix } from "radix-ui";
import { cn } from "@/components/ui/cn";

/** `null` = under way, nobody knows how far. */
export function Progress({
  value,
  label,
  className,
}: {
  readonly value: number | null;
  readonly label: string;
  readonly className?: string;
}) {
  return (
    <Radix.Root
      value={value === null ? null : Math.round(value)}
      aria-label={label}
      className={cn("relative h-1.5 w-full overflow-hidden rounded-full bg-foreground/12", className)}
    >
      <Radix.Indicator
        className={cn("h-full rounded-full bg-primary transition-[width] duration-500 ease-out", value === null && "w-1/3 animate-pulse")}
        {...(value === null ? {} : { style: { width: `${value}%` } })}
      />
    </Radix.Root>
  );
}
