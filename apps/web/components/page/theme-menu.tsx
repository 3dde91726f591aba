"use client";

import { Monitor, Moon, Sun, SunMoon } from "lucide-react";
import { useTheme } from "next-themes";
import { Button } from "@/components/ui/button";
import { Menu, MenuChoice, MenuContent, MenuTrigger } from "@/components/ui/menu";

const themes = [
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
  { value: "system", label: "Like the system", icon: <Monitor aria-hidden /> },
];

export function ThemeChoice() {
  const { theme, setTheme } = useTheme();
  return <MenuChoice label="Appearance" value={theme ?? "system"} onChange={setTheme} options={themes} />;
}

export function ThemeMenu() {
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label="Appearance">
          <SunMoon aria-hidden />
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        <ThemeChoice />
      </MenuContent>
    </Menu>
  );
}
