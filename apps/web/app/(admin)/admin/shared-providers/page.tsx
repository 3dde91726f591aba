import type { Metadata } from "next";
import { SharedProvidersPage } from "@/features/admin-sharing/shared-providers-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.sharedProvidersAdmin };

export default function Page() {
  return <SharedProvidersPage />;
}
