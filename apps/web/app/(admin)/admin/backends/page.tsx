import type { Metadata } from "next";
import { BackendsPage } from "@/features/admin-backends/backends-page";

export const metadata: Metadata = { title: "Backends · Admin" };

export default function Page() {
  return <BackendsPage />;
}
