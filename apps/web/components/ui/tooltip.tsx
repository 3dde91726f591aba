"use client";

import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** How long somebody rests on a thing until it is explained. */
const delayMs = 400;

export function Tooltip({
  text,
  children,
  side = "top",
}: {
  readonly text: ReactNode;
  readonly children: ReactNode;
  readonly side?: "top" | "bottom" | "right";
}) {
  return (
    <Radix.Provider delayDuration={delayMs}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content
            side={side}
            sideOffset={6}
            collisionPadding={12}
            className="z-50 max-w-72 animate-fade rounded-md bg-foreground px-2.5 py-1.5 text-xs leading-snug text-background shadow-md"
          >
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  );
}
