import type { Metadata } from "next";
import { BackendsPage } from "@/features/admin-backends/backends-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.backendsAdmin };

export default function Page() {
  return <BackendsPage />;
}
