"use client";

import type { PushDevice } from "@mosaic/contracts/push";
import { BellRing } from "lucide-react";
import { toast } from "sonner";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { useRemovePushDevice, useTestPushDevice } from "@/features/notifications/notification-queries";
import { forgetPush } from "@/lib/device-push";
import { formatTime } from "@/lib/time";
import { toastProblem } from "@/lib/toast-problem";

export function DeviceRow({ device: { id, device, isCurrent, showsText, fault, createdAt } }: { readonly device: PushDevice }) {
  const test = useTestPushDevice();
  const remove = useRemovePushDevice();
  const sendTest = (): void =>
    test.mutate(id, {
      onSuccess: ({ isSent, detail }) =>
        isSent ? toast.success(`A test was sent to ${device}`) : toast.error("The test was not sent", { description: detail }),
      onError: toastProblem,
    });
  const turnOff = (): void =>
    remove.mutate(id, {
      onSuccess: () => {
        if (isCurrent) void forgetPush();
        toast.success(`${device} is not told any more`);
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
          {isCurrent ? <Badge>This device</Badge> : null}
        </h4>
        <p className="text-sm text-muted-foreground">
          Since {formatTime(createdAt)} · {showsText ? "shows the beginning of the answer" : "shows no text"}
        </p>
        {fault === null ? null : <p className="break-words text-sm text-destructive">The last one did not arrive. {fault}</p>}
      </div>
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" size="sm" isBusy={test.isPending} aria-label={`Send a test to ${device}`} onClick={sendTest}>
          Send a test
        </Button>
        <Button variant="secondary" size="sm" isBusy={remove.isPending} aria-label={`Remove ${device}`} onClick={turnOff}>
          Remove
        </Button>
      </div>
    </li>
  );
}
