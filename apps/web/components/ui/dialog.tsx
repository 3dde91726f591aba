"use client";

import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { useReturnFocus } from "@/components/ui/return-focus";
import { m } from "@messages/components";

export interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: string;
  /** Where the focus goes after it, if what opened it is gone by then. */
  readonly onReturnFocus?: () => void;
  readonly children: ReactNode;
}

export function Dialog({ isOpen, onClose, title, description, onReturnFocus, children }: DialogProps) {
  const focus = useReturnFocus(onReturnFocus);
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-black/45" />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          {...focus}
          className="fixed left-1/2 top-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 animate-fade gap-4 overflow-y-auto rounded-xl border bg-popover p-6 text-popover-foreground shadow-xl"
        >
          <div className="grid gap-1.5 pe-8">
            <Radix.Title className="text-lg font-semibold leading-tight">{title}</Radix.Title>
            {description ? <Radix.Description className="text-sm text-muted-foreground">{description}</Radix.Description> : null}
          </div>
          {children}
          <Radix.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label={m.close} className="absolute inset-e-4 top-4">
              <X aria-hidden />
            </Button>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface DrawerProps {
  readonly isOpen: boolean;
  readonly onChange: (isOpen: boolean) => void;
  readonly title: string;
  readonly children: ReactNode;
}

/** A panel from the left, for narrow screens. */
export function Drawer({ isOpen, onChange, title, children }: DrawerProps) {
  const focus = useReturnFocus();
  return (
    <Radix.Root open={isOpen} onOpenChange={onChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-black/45" />
        <Radix.Content
          aria-describedby={undefined}
          {...focus}
          // What a message at the page's edge offers is used without leaving the panel.
          onInteractOutside={(event) => (isInMessage(event.target) ? event.preventDefault() : undefined)}
          className={cn(
            "fixed inset-y-0 inset-s-0 z-50 flex w-[min(19rem,calc(100vw-3rem))] animate-fade flex-col border-e bg-sidebar shadow-xl",
          )}
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
          <Radix.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label={m.closeSidebar} className="absolute inset-e-3 top-3">
              <X aria-hidden />
            </Button>
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const isInMessage = (target: EventTarget | null): boolean => target instanceof Element && target.closest("[data-sonner-toaster]") !== null;
