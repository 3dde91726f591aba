import type { ReactNode } from "react";
import { AdminFrame } from "@/features/admin-shell/admin-frame";

export default function AdminLayout({ children }: { readonly children: ReactNode }) {
  return <AdminFrame>{children}</AdminFrame>;
}
