import type { Metadata } from "next";
import { AdminHome } from "@/features/admin-shell/admin-home";

export const metadata: Metadata = { title: "Admin" };

export default function Page() {
  return <AdminHome />;
}
