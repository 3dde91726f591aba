import type { Metadata } from "next";
import { SystemAgentsPage } from "@/features/admin-system-agents/system-agents-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.systemAgentsAdmin };

export default function Page() {
  return <SystemAgentsPage />;
}
