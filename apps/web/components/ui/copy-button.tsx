"use client";

import { Check, Copy } from "lucide-react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { useCopy } from "@/components/ui/copy-text";
import { m } from "@messages/components";

export function CopyButton({ text, label, className }: { readonly text: string; readonly label: string; readonly className?: string }) {
  const { isCopied, copy } = useCopy();
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      className={cn("text-muted-foreground", className)}
      aria-label={isCopied ? m.copied : label}
      onClick={() => copy(text)}
    >
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </Button>
  );
}
