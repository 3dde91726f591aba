"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useTheme } from "next-themes";
import { MenuChoice } from "@/components/ui/menu";

const themes = [
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
  { value: "system", label: "Like the system", icon: <Monitor aria-hidden /> },
];

export function ThemeChoice() {
  const { theme, setTheme } = useTheme();
  return <MenuChoice label="Appearance" value={theme ?? "system"} onChange={setTheme} options={themes} />;
}
