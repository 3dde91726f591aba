"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { MenuChoice } from "@/components/ui/menu";
import { m } from "@messages/components";

const themes = [
  { value: "light", label: m.light, icon: <Sun aria-hidden /> },
  { value: "dark", label: m.dark, icon: <Moon aria-hidden /> },
  { value: "system", label: m.likeTheSystem, icon: <Monitor aria-hidden /> },
];

export function ThemeChoice() {
  const { theme, setTheme } = useTheme();
  return <MenuChoice label={m.appearance} value={theme ?? "system"} onChange={setTheme} options={themes} />;
}
