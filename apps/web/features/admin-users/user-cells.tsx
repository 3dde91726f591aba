"use client";

import type { ManagedUser } from "@mosaic/contracts/admin-users";
import { Ban, CircleCheck, Ellipsis, Shield, ShieldOff, Trash2 } from "lucide-react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import type { PendingChange } from "@/features/admin-users/user-change";
import { useUpdateUser } from "@/features/admin-users/user-queries";
import { formatChoice } from "@/lib/count";
import { toastProblem } from "@/lib/toast-problem";
import { formatTime } from "@/lib/time";
import { m } from "@messages/admin-users";

export function UserName({ user, isSelf }: { readonly user: ManagedUser; readonly isSelf: boolean }) {
  return (
    <div className="grid gap-0.5">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium">
        <span className="break-words">{user.displayName}</span>
        {isSelf ? <Badge tone="accent">{m.you}</Badge> : null}
        {user.isBreakglass ? <Badge>{m.breakglass}</Badge> : null}
      </p>
      <p className="break-words text-[0.8125rem] text-muted-foreground">
        {user.username}
        {user.email === null ? "" : ` · ${user.email}`}
      </p>
      <p className="text-[0.8125rem] text-muted-foreground">
        {user.signsInWith.length === 0 ? m.cantSignIn : m.signsInWith(formatChoice(user.signsInWith.map((way) => m.ways[way])))}
      </p>
    </div>
  );
}

export function UserState({ user }: { readonly user: ManagedUser }) {
  return user.isDisabled ? <Badge tone="warning">{m.disabled}</Badge> : <Badge tone="success">{m.active}</Badge>;
}

export function LastSeen({ user }: { readonly user: ManagedUser }) {
  if (user.lastSeenAt === null) return <span className="text-muted-foreground">{m.never}</span>;
  return <time dateTime={user.lastSeenAt}>{formatTime(user.lastSeenAt)}</time>;
}

export interface UserActionsProps {
  readonly user: ManagedUser;
  readonly isSelf: boolean;
  readonly onChange: (change: PendingChange) => void;
}

export function UserActions({ user, isSelf, onChange }: UserActionsProps) {
  const update = useUpdateUser();
  if (user.isBreakglass) return <Unchangeable />;
  const enable = (): void =>
    update.mutate(
      { id: user.id, body: { isDisabled: false } },
      { onSuccess: () => toast.success(m.canSignInAgain(user.displayName)), onError: toastProblem },
    );
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" aria-label={m.actionsFor(user.displayName)} isBusy={update.isPending}>
          {update.isPending ? null : <Ellipsis aria-hidden />}
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        {user.role === "admin" ? (
          <MenuItem onSelect={() => onChange({ kind: "demote", user, isSelf })}>
            <ShieldOff aria-hidden />
            {m.makeMember}
          </MenuItem>
        ) : (
          <MenuItem onSelect={() => onChange({ kind: "promote", user, isSelf })}>
            <Shield aria-hidden />
            {m.makeAdmin}
          </MenuItem>
        )}
        {isSelf ? null : (
          <>
            {user.isDisabled ? (
              <MenuItem onSelect={enable}>
                <CircleCheck aria-hidden />
                {m.enable}
              </MenuItem>
            ) : (
              <MenuItem onSelect={() => onChange({ kind: "disable", user, isSelf })}>
                <Ban aria-hidden />
                {m.disable}
              </MenuItem>
            )}
            <MenuSeparator />
            <MenuItem isDanger onSelect={() => onChange({ kind: "delete", user, isSelf })}>
              <Trash2 aria-hidden />
              {m.deleteShort}
            </MenuItem>
          </>
        )}
      </MenuContent>
    </Menu>
  );
}

function Unchangeable() {
  return (
    <Tooltip text={m.theBreakglassAccountIsThe}>
      <button type="button" className="rounded-sm text-[0.8125rem] text-muted-foreground underline decoration-dotted underline-offset-4">
        {m.alwaysAnAdmin}
      </button>
    </Tooltip>
  );
}
