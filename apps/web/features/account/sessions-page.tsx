"use client";

import type { SessionInfo } from "@mosaic/contracts/account";
import { MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { useEndSession, useSessions } from "@/features/account/account-queries";
import { Loaded } from "@/components/page/load-state";
import { toastProblem } from "@/lib/toast-problem";
import { SettingsSection } from "@/components/page/settings-section";
import { formatTime } from "@/lib/time";

export function SessionsPage() {
  const sessions = useSessions();
  const end = useEndSession();
  const [isEndingAll, setEndingAll] = useState(false);
  const others = (sessions.data ?? []).filter(({ isCurrent }) => !isCurrent);
  const endAll = (
    <Button variant="secondary" onClick={() => setEndingAll(true)}>
      Sign out all others
    </Button>
  );
  return (
    <SettingsSection
      title="Sessions"
      description="Where you are signed in. Something you don’t know? Sign it out and change your password."
      actions={others.length > 0 ? endAll : null}
    >
      <Loaded query={sessions}>
        {(data) => (
          <ul className="grid gap-3">
            {data.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                isBusy={end.isPending && end.variables === session.id}
                onEnd={() =>
                  end.mutate(session.id, { onSuccess: () => toast.success(`${session.device} was signed out`), onError: toastProblem })
                }
              />
            ))}
          </ul>
        )}
      </Loaded>
      <ConfirmDialog
        isOpen={isEndingAll}
        onClose={() => setEndingAll(false)}
        title="Sign out all other devices?"
        confirmLabel="Sign out all others"
        isBusy={end.isPending}
        onConfirm={() =>
          end.mutate(null, {
            onSuccess: () => toast.success("All other devices were signed out"),
            onError: toastProblem,
            onSettled: () => setEndingAll(false),
          })
        }
      >
        <p>
          {others.length === 1 ? "One other device is" : `${others.length} other devices are`} signed out at once. This one stays signed in.
        </p>
      </ConfirmDialog>
    </SettingsSection>
  );
}

interface SessionRowProps {
  readonly session: SessionInfo;
  readonly isBusy: boolean;
  readonly onEnd: () => void;
}

function SessionRow({ session, isBusy, onEnd }: SessionRowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border bg-card p-4 shadow-xs">
      <span aria-hidden className="grid size-10 place-items-center rounded-xl bg-accent text-accent-foreground">
        <MonitorSmartphone className="size-5" />
      </span>
      <div className="grid min-w-0 flex-1 basis-52 gap-0.5">
        <h3 className="flex flex-wrap items-center gap-2 font-medium">
          {session.device}
          {session.isCurrent ? <Badge>This device</Badge> : null}
        </h3>
        <p className="text-sm text-muted-foreground">
          {session.address === "" ? "Unknown address" : session.address} · last used {formatTime(session.lastUsedAt)}
        </p>
        <p className="text-sm text-muted-foreground">
          Signed in {formatTime(session.createdAt)} · ends by {formatTime(session.expiresAt)}
        </p>
      </div>
      {session.isCurrent ? null : (
        <Button variant="secondary" size="sm" isBusy={isBusy} aria-label={`Sign out ${session.device}, ${session.address}`} onClick={onEnd}>
          Sign out
        </Button>
      )}
    </li>
  );
}
