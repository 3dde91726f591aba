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
import { deviceName } from "@/lib/device-name";
import { m } from "@messages/account";

export function SessionsPage() {
  const sessions = useSessions();
  const end = useEndSession();
  const [isEndingAll, setEndingAll] = useState(false);
  const others = (sessions.data ?? []).filter(({ isCurrent }) => !isCurrent);
  const endAll = (
    <Button variant="secondary" onClick={() => setEndingAll(true)}>
      {m.signOutAllOthers}
    </Button>
  );
  return (
    <SettingsSection title={m.sessions} description={m.whereYouAreSignedIn} actions={others.length > 0 ? endAll : null}>
      <Loaded query={sessions}>
        {(data) => (
          <ul className="grid gap-3">
            {data.map((session) => (
              <SessionRow
                key={session.id}
                session={session}
                isBusy={end.isPending && end.variables === session.id}
                onEnd={() =>
                  end.mutate(session.id, {
                    onSuccess: () => toast.success(m.wasSignedOut(deviceName(session.device))),
                    onError: toastProblem,
                  })
                }
              />
            ))}
          </ul>
        )}
      </Loaded>
      <ConfirmDialog
        isOpen={isEndingAll}
        onClose={() => setEndingAll(false)}
        title={m.signOutAllOtherDevices}
        confirmLabel={m.signOutAllOthers}
        isBusy={end.isPending}
        onConfirm={() =>
          end.mutate(null, {
            onSuccess: () => toast.success(m.allOtherDevicesWereSignedOut),
            onError: toastProblem,
            onSettled: () => setEndingAll(false),
          })
        }
      >
        <p>{m.signedOutAtOnceThis(others.length)}</p>
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
          {deviceName(session.device)}
          {session.isCurrent ? <Badge>{m.thisDevice}</Badge> : null}
        </h3>
        <p className="text-sm text-muted-foreground">
          {m.lastUsed(session.address === "" ? m.unknownAddress : session.address, formatTime(session.lastUsedAt))}
        </p>
        <p className="text-sm text-muted-foreground">{m.signedInEndsBy(formatTime(session.createdAt), formatTime(session.expiresAt))}</p>
      </div>
      {session.isCurrent ? null : (
        <Button
          variant="secondary"
          size="sm"
          isBusy={isBusy}
          aria-label={m.signOut(deviceName(session.device), session.address)}
          onClick={onEnd}
        >
          {m.signOutShort}
        </Button>
      )}
    </li>
  );
}
