import type { Metadata } from "next";
import { SystemAgentsPage } from "@/features/admin-system-agents/system-agents-page";

export const metadata: Metadata = { title: "System agents · Admin" };

export default function Page() {
  return <SystemAgentsPage />;
}
