"use client";

import { CopyButton } from "@/components/ui/copy-button";
import { m } from "@messages/components";

export interface CopyFieldProps {
  readonly label: string;
  readonly text: string;
  /** Of the button. Absent: it is made of the label. */
  readonly copyLabel?: string;
}

/** A text that is to be pasted elsewhere. */
export function CopyField({ label, text, copyLabel }: CopyFieldProps) {
  return (
    <div className="grid gap-1.5">
      <p className="text-sm font-medium">{label}</p>
      <div className="flex items-center gap-2 rounded-lg border bg-muted py-1.5 ps-3 pe-1.5">
        <code className="min-w-0 flex-1 break-all text-[0.8125rem]">{text}</code>
        <CopyButton text={text} label={copyLabel ?? m.copy(label)} />
      </div>
    </div>
  );
}
