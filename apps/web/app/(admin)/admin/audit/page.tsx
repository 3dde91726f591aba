import type { Metadata } from "next";
import { AuditPage } from "@/features/admin-audit/audit-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.auditAdmin };

export default function Page() {
  return <AuditPage />;
}
