import type { ReactNode } from "react";
import { FrameParts } from "@/app/frame-parts";
import { SettingsFrame } from "@/features/settings/settings-frame";

export default function SettingsLayout({ children }: { readonly children: ReactNode }) {
  return (
    <FrameParts>
      <SettingsFrame>{children}</SettingsFrame>
    </FrameParts>
  );
}
