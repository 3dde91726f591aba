"use client";

import NextLink from "next/link";
import { useState, type ComponentProps } from "react";

/**
 * A link inside Mosaic. Its page is loaded ahead only once somebody points at it or reaches it with the keyboard: loaded whenever a link is
 * seen, as Next does by itself, the links of one page cost as many requests as the page.
 */
export function Link({ onPointerEnter, onFocus, ...props }: Omit<ComponentProps<typeof NextLink>, "prefetch">) {
  const [isAimedAt, setAimedAt] = useState(false);
  return (
    <NextLink
      {...props}
      prefetch={isAimedAt ? null : false}
      onPointerEnter={(event) => {
        setAimedAt(true);
        onPointerEnter?.(event);
      }}
      onFocus={(event) => {
        setAimedAt(true);
        onFocus?.(event);
      }}
    />
  );
}
