import type { ReactNode } from "react";
import { FrameParts } from "@/app/frame-parts";
import { AdminFrame } from "@/features/admin-shell/admin-frame";

export default function AdminLayout({ children }: { readonly children: ReactNode }) {
  return (
    <FrameParts>
      <AdminFrame>{children}</AdminFrame>
    </FrameParts>
  );
}
