"use client";

import { Eye, EyeOff } from "lucide-react";
import { useState, type ComponentProps } from "react";
import { cn } from "@/components/ui/cn";
import { Input } from "@/components/ui/input";
import { m } from "@messages/components";

/** A field whose content can be shown; `what` names it for the button: "Show password". */
export function PasswordInput({ what, className, ...props }: ComponentProps<"input"> & { readonly what: string }) {
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <div className="relative">
      <Input className={cn("pe-11", className)} spellCheck={false} autoCapitalize="none" {...props} type={isShown ? "text" : "password"} />
      <button
        type="button"
        aria-label={isShown ? m.hide(what) : m.show(what)}
        onClick={() => setShown(!isShown)}
        className="absolute inset-y-1 inset-e-1 grid w-8 place-items-center rounded-sm text-muted-foreground hover:bg-accent hover:text-foreground"
      >
        <Icon aria-hidden className="size-4" />
      </button>
    </div>
  );
}
