import type { Metadata } from "next";
import { AgentsPage } from "@/features/agents/agents-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.agents };

export default function Page() {
  return <AgentsPage />;
}
