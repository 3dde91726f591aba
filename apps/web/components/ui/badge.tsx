import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export function Badge({
  tone = "neutral",
  className,
  children,
}: {
  readonly tone?: "neutral" | "warning";
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1 whitespace-nowrap rounded-full border px-2 py-0.5 text-xs font-medium [&_svg]:size-3",
        tone === "warning" ? "border-warning-border bg-warning-surface text-warning" : "bg-muted text-muted-foreground",
        className,
      )}
    >
      {children}
    </span>
  );
}
