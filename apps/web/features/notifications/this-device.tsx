"use client";

import type { PushDevice, SavePushDevice } from "@mosaic/contracts/push";
import { useId, useState, useSyncExternalStore } from "react";
import { toast } from "sonner";
import { Notice } from "@/components/ui/notice";
import { Switch } from "@/components/ui/switch";
import { useRemovePushDevice, useSavePushDevice } from "@/features/notifications/notification-queries";
import { forgetPush, pushAbility, subscribeToPush, type PushAbility } from "@/lib/device-push";
import { toastProblem } from "@/lib/toast-problem";

const obstacles: Readonly<Record<Exclude<PushAbility, "ready">, { readonly title: string; readonly text: string }>> = {
  blocked: {
    title: "This browser blocks notifications of Mosaic",
    text: "Allow them in the browser’s settings of this site (the sign beside the address), then reload the page.",
  },
  install: {
    title: "Put Mosaic on the home screen first",
    text: "On an iPhone or iPad only installed apps may notify you: open the Share menu, choose “Add to Home Screen”, and turn notifications on there.",
  },
  insecure: {
    title: "Notifications need https",
    text: "Browsers allow them only on addresses that begin with https://. Whoever runs this Mosaic can put it behind a proxy with a certificate.",
  },
  unsupported: {
    title: "This browser can’t show notifications of web pages",
    text: "Use a current Firefox, Chrome, Edge or Safari on this device.",
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
        label="Tell this device when an agent has answered"
        text="The browser asks you first. Signing out turns it off."
        isChecked={isOn}
        isDisabled={isBusy}
        onChange={(next) => void put(next, device?.showsText ?? false)}
      />
      <Row
        label="Show the beginning of the answer"
        text="Everybody who sees the screen can read it. Without it, a notification only says who has answered."
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
      toast.error("The browser can’t subscribe to notifications", { description: `It says: “${words}”` });
      return undefined;
    });
    if (subscription === null) toast.error("Notifications were not allowed", { description: "Answer “Allow” when the browser asks." });
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
