"use client";

import type { PushDevice } from "@mosaic/contracts/push";
import { BellRing } from "lucide-react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { useRemovePushDevice, useTestPushDevice } from "@/features/notifications/notification-queries";
import { forgetPush } from "@/lib/device-push";
import { deviceName } from "@/lib/device-name";
import { formatTime } from "@/lib/time";
import { toastProblem } from "@/lib/toast-problem";
import { said } from "@/lib/said";
import { m } from "@messages/notifications";

export function DeviceRow({ device: { id, device: named, isCurrent, showsText, fault, createdAt } }: { readonly device: PushDevice }) {
  const device = deviceName(named);
  const test = useTestPushDevice();
  const remove = useRemovePushDevice();
  const sendTest = (): void =>
    test.mutate(id, {
      onSuccess: ({ isSent, detail }) =>
        isSent
          ? toast.success(m.aTestWasSentTo(device))
          : toast.error(m.theTestWasNotSent, { description: detail === null ? undefined : said(detail) }),
      onError: toastProblem,
    });
  const turnOff = (): void =>
    remove.mutate(id, {
      onSuccess: () => {
        if (isCurrent) void forgetPush();
        toast.success(m.isNotToldAnyMore(device));
      },
      onError: toastProblem,
    });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 rounded-xl border bg-card p-4 shadow-xs">
      <span aria-hidden className="grid size-10 place-items-center rounded-xl bg-accent text-accent-foreground">
        <BellRing className="size-5" />
      </span>
      <div className="grid min-w-0 flex-1 basis-52 gap-0.5">
        <h4 className="flex flex-wrap items-center gap-2 font-medium">
          {device}
          {isCurrent ? <Badge>{m.thisDevice}</Badge> : null}
        </h4>
        <p className="text-sm text-muted-foreground">{(showsText ? m.sinceWithText : m.since)(formatTime(createdAt))}</p>
        {fault === null ? null : <p className="break-words text-sm text-destructive">{m.theLastOneDidNot(fault)}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" size="sm" isBusy={test.isPending} aria-label={m.sendATestTo(device)} onClick={sendTest}>
          {m.sendATest}
        </Button>
        <Button variant="secondary" size="sm" isBusy={remove.isPending} aria-label={m.remove(device)} onClick={turnOff}>
          {m.removeShort}
        </Button>
      </div>
    </li>
  );
}
