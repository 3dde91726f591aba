"use client";

import type { PushSettings } from "@mosaic/contracts/push";
import { Loaded } from "@/components/page/load-state";
import { SettingsSection } from "@/components/page/settings-section";
import { DeviceRow } from "@/features/notifications/device-row";
import { usePushSettings } from "@/features/notifications/notification-queries";
import { ThisDevice } from "@/features/notifications/this-device";
import { m } from "@messages/notifications";

export function NotificationsPage() {
  const settings = usePushSettings();
  return (
    <SettingsSection title={m.notifications} description={m.mosaicTellsADeviceWhen}>
      <Loaded query={settings}>{(data) => <Devices settings={data} />}</Loaded>
    </SettingsSection>
  );
}

function Devices({ settings: { publicKey, devices } }: { readonly settings: PushSettings }) {
  return (
    <>
      <ThisDevice publicKey={publicKey} device={devices.find(({ isCurrent }) => isCurrent) ?? null} />
      {devices.length === 0 ? null : (
        <section aria-labelledby="push-devices" className="grid gap-3">
          <h3 id="push-devices" className="font-medium">
            {m.devicesThatAreTold}
          </h3>
          <ul className="grid gap-3">
            {devices.map((device) => (
              <DeviceRow key={device.id} device={device} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
