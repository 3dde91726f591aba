"use client";

import { useTheme } from "next-themes";
import { Toaster as Sonner } from "sonner";

/** Where short notices appear. Pages before the sign-in have none, and don't load it. */
export function Toaster() {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === "dark" ? "dark" : "light"}
      position="bottom-right"
      closeButton
      // Above the place where one writes.
      offset={{ bottom: "7rem", right: "1.5rem" }}
      mobileOffset={{ bottom: "7rem" }}
      style={{
        fontFamily: "inherit",
        // Also while a panel is open, which takes the pointer from all that is outside of it.
        pointerEvents: "auto",
        ["--normal-bg" as string]: "var(--popover)",
        ["--normal-text" as string]: "var(--popover-foreground)",
        ["--normal-border" as string]: "var(--border)",
      }}
    />
  );
}
