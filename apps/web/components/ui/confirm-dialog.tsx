"use client";

import { AlertDialog as Radix } from "radix-ui";
import { useId, useState, type ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { useReturnFocus } from "@/components/ui/return-focus";
import { m } from "@messages/components";

export interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
  readonly confirmLabel: string;
  readonly cancelLabel?: string;
  readonly onConfirm: () => void;
  readonly isBusy?: boolean;
  /** `primary` for what is meant well and easily undone. */
  readonly tone?: "danger" | "primary";
  /** Where the focus goes after it, if what opened it is gone by then, as a menu's item is. */
  readonly onReturnFocus?: () => void;
  /** To be typed before the confirming button works, for what can't be undone. */
  readonly typeToConfirm?: string;
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const focus = useReturnFocus(props.onReturnFocus);
  return (
    <Radix.Root open={props.isOpen} onOpenChange={(open) => (open ? undefined : props.onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-black/45" />
        <Radix.Content
          {...focus}
          className="fixed left-1/2 top-1/2 z-50 max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 animate-fade overflow-y-auto rounded-xl border bg-popover p-6 text-popover-foreground shadow-xl"
        >
          <ConfirmBody {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function ConfirmBody({
  title,
  children,
  confirmLabel,
  cancelLabel = m.cancel,
  onConfirm,
  isBusy = false,
  tone = "danger",
  typeToConfirm,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState("");
  const id = useId();
  const isConfirmed = typeToConfirm === undefined || typed.trim() === typeToConfirm;
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isConfirmed && !isBusy) onConfirm();
      }}
    >
      <Radix.Title className="text-lg font-semibold leading-tight">{title}</Radix.Title>
      <Radix.Description asChild>
        <div className="grid gap-2 text-sm leading-relaxed text-muted-foreground">{children}</div>
      </Radix.Description>
      {typeToConfirm === undefined ? null : (
        <div className="grid gap-1.5">
          <label htmlFor={id} className="text-sm">
            {m.typeToConfirm(<strong className="break-words font-semibold">{typeToConfirm}</strong>)}
          </label>
          <Input id={id} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
        </div>
      )}
      <div className="flex flex-wrap justify-end gap-2 pt-1">
        <Radix.Cancel asChild>
          <Button variant="secondary">{cancelLabel}</Button>
        </Radix.Cancel>
        <Button type="submit" variant={tone} disabled={!isConfirmed} isBusy={isBusy}>
          {confirmLabel}
        </Button>
      </div>
    </form>
  );
}
