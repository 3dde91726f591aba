"use client";

import type { PushDevice, SavePushDevice } from "@mosaic/contracts/push";
import { useId, useState, useSyncExternalStore } from "react";
import { toast } from "sonner";
import { Notice } from "@/components/ui/notice";
import { Switch } from "@/components/ui/switch";
import { useRemovePushDevice, useSavePushDevice } from "@/features/notifications/notification-queries";
import { forgetPush, pushAbility, subscribeToPush, type PushAbility } from "@/lib/device-push";
import { toastProblem } from "@/lib/toast-problem";
import { m } from "@messages/notifications";

const obstacles: Readonly<Record<Exclude<PushAbility, "ready">, { readonly title: string; readonly text: string }>> = {
  blocked: {
    title: m.thisBrowserBlocksNotificationsOf,
    text: m.allowThemInTheBrowsers,
  },
  install: {
    title: m.putMosaicOnTheHome,
    text: m.onAnIphoneOrIpad,
  },
  insecure: {
    title: m.notificationsNeedHttps,
    text: m.browsersAllowThemOnlyOn,
  },
  unsupported: {
    title: m.thisBrowserCantShowNotifications,
    text: m.useACurrentFirefoxChrome,
  },
};

const never = () => () => undefined;

export interface ThisDeviceProps {
  readonly publicKey: string;
  /** `null`: it is not told. */
  readonly device: PushDevice | null;
}

export function ThisDevice({ publicKey, device }: ThisDeviceProps) {
  const ability = useSyncExternalStore(never, pushAbility, () => "ready" as const);
  const { isOn, isBusy, put } = useThisDevice(publicKey, device);
  if (ability !== "ready") {
    const { title, text } = obstacles[ability];
    return (
      <Notice tone="warning" title={title}>
        {text}
      </Notice>
    );
  }
  return (
    <div className="grid gap-4 rounded-xl border bg-card p-4 shadow-xs">
      <Row
        label={m.tellThisDeviceWhenAn}
        text={m.theBrowserAsksYouFirst}
        isChecked={isOn}
        isDisabled={isBusy}
        onChange={(next) => void put(next, device?.showsText ?? false)}
      />
      <Row
        label={m.showTheBeginningOfThe}
        text={m.everybodyWhoSeesTheScreen}
        isChecked={device?.showsText ?? false}
        isDisabled={!isOn || isBusy}
        onChange={(next) => void put(true, next)}
      />
    </div>
  );
}

interface RowProps {
  readonly label: string;
  readonly text: string;
  readonly isChecked: boolean;
  readonly isDisabled: boolean;
  readonly onChange: (next: boolean) => void;
}

function Row({ label, text, isChecked, isDisabled, onChange }: RowProps) {
  const id = useId();
  return (
    <div className="flex items-center gap-6">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        <p id={`${id}-text`} className="text-sm text-muted-foreground">
          {text}
        </p>
      </div>
      <Switch id={id} aria-describedby={`${id}-text`} checked={isChecked} disabled={isDisabled} onCheckedChange={onChange} />
    </div>
  );
}

/** Whether this browser is told, and how that is changed. */
const useThisDevice = (publicKey: string, device: PushDevice | null) => {
  const save = useSavePushDevice();
  const remove = useRemovePushDevice();
  const [isAsking, setAsking] = useState(false);
  const turnOn = async (showsText: boolean): Promise<void> => {
    const subscription = await subscribeToPush(publicKey).catch((error: unknown) => {
      const words = error instanceof Error ? error.message : String(error);
      toast.error(m.theBrowserCantSubscribeTo, { description: m.itSays(words) });
      return undefined;
    });
    if (subscription === null) toast.error(m.notificationsWereNotAllowed, { description: m.answerAllowWhenTheBrowser });
    if (!subscription) return;
    const { endpoint = "", keys } = subscription;
    const body: SavePushDevice = {
      subscription: { endpoint, keys: { p256dh: keys?.["p256dh"] ?? "", auth: keys?.["auth"] ?? "" } },
      showsText,
    };
    await save.mutateAsync(body).catch(toastProblem);
  };
  const turnOff = async (): Promise<void> => {
    if (device !== null) await remove.mutateAsync(device.id).catch(toastProblem);
    await forgetPush();
  };
  const put = async (next: boolean, showsText: boolean): Promise<void> => {
    setAsking(true);
    await (next ? turnOn(showsText) : turnOff());
    setAsking(false);
  };
  return { isOn: device !== null, isBusy: isAsking || save.isPending || remove.isPending, put };
};
