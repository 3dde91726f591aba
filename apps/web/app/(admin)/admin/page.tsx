import type { Metadata } from "next";
import { AdminHome } from "@/features/admin-shell/admin-home";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.admin };

export default function Page() {
  return <AdminHome />;
}
