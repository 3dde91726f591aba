import type { Metadata } from "next";
import { HealthPage } from "@/features/admin-health/health-page";

export const metadata: Metadata = { title: "Health · Admin" };

export default function Page() {
  return <HealthPage />;
}
