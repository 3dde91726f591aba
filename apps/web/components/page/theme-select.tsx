"use client";

import { SunMoon } from "lucide-react";
import { useTheme } from "next-themes";
import { m } from "@messages/components";

/**
 * The appearance on pages before the sign-in. It is the browser's own control, since those pages load nothing else that could open a menu.
 */
export function ThemeSelect() {
  const { theme, setTheme } = useTheme();
  return (
    <label className="relative grid size-9 place-items-center rounded-md text-foreground focus-within:outline-2 focus-within:outline-ring hover:bg-accent">
      <span className="sr-only">{m.appearance}</span>
      <SunMoon aria-hidden className="size-4" />
      <select
        value={theme ?? "system"}
        onChange={(event) => setTheme(event.target.value)}
        className="absolute inset-0 cursor-pointer appearance-none bg-popover text-popover-foreground opacity-0"
      >
        <option value="light">{m.light}</option>
        <option value="dark">{m.dark}</option>
        <option value="system">{m.likeTheSystem}</option>
      </select>
    </label>
  );
}
