import type { Metadata } from "next";
import { HealthPage } from "@/features/admin-health/health-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.healthAdmin };

export default function Page() {
  return <HealthPage />;
}
