"use client";

import { Bot, ChevronsUpDown, KeyRound, LogOut, Settings, ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { toast } from "sonner";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { useLogout, useMe } from "@/features/auth/session";
import { ThemeChoice } from "@/components/page/theme-choice";
import { useLeave } from "@/components/page/unsaved-guard";
import { describeError } from "@/lib/api";
import { m } from "@messages/shell";

export function UserMenu() {
  const router = useRouter();
  const leave = useLeave();
  const logout = useLogout();
  const me = useMe().data;
  const name = me?.displayName ?? "";
  const go = (path: string) => () => leave(() => router.push(path));
  const signOut = (): void =>
    leave(() =>
      logout.mutate(undefined, {
        onError: (error) => toast.error(m.youAreStillSignedIn, { description: describeError(error).detail }),
      }),
    );
  return (
    <Menu>
      <MenuTrigger className="flex w-full items-center gap-2.5 rounded-lg p-2 text-start hover:bg-accent data-[state=open]:bg-accent">
        <span
          aria-hidden
          className="grid size-8 shrink-0 place-items-center rounded-lg bg-primary text-sm font-semibold text-primary-foreground"
        >
          {name.slice(0, 1).toUpperCase()}
        </span>
        <span className="min-w-0 flex-1 truncate text-sm font-medium">
          <span className="sr-only">{m.accountAndSettingsOf} </span>
          {name}
        </span>
        <ChevronsUpDown aria-hidden className="size-4 text-muted-foreground" />
      </MenuTrigger>
      <MenuContent side="top" align="start" className="w-64">
        <MenuItem onSelect={go("/settings/agents")}>
          <Bot aria-hidden />
          {m.agents}
        </MenuItem>
        <MenuItem onSelect={go("/settings/providers")}>
          <KeyRound aria-hidden />
          {m.providers}
        </MenuItem>
        <MenuItem onSelect={go("/settings/profile")}>
          <Settings aria-hidden />
          {m.settings}
        </MenuItem>
        {me?.role === "admin" ? (
          <MenuItem onSelect={go("/admin/users")}>
            <ShieldCheck aria-hidden />
            {m.admin}
          </MenuItem>
        ) : null}
        <MenuSeparator />
        <ThemeChoice />
        <MenuSeparator />
        <MenuItem onSelect={signOut}>
          <LogOut aria-hidden />
          {m.signOut}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
