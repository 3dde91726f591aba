import type { Metadata } from "next";
import { SharedProvidersPage } from "@/features/admin-sharing/shared-providers-page";

export const metadata: Metadata = { title: "Shared providers · Admin" };

export default function Page() {
  return <SharedProvidersPage />;
}
