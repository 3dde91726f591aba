import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";

export const fieldClasses =
  "w-full min-w-0 rounded-md border border-input bg-card px-3 text-foreground shadow-xs transition-colors placeholder:text-muted-foreground disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-destructive text-base sm:text-sm";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(fieldClasses, "h-10", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn(fieldClasses, "min-h-28 resize-y py-2 leading-relaxed", className)} {...props} />;
}
