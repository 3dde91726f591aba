import type { Metadata } from "next";
import { InvitesPage } from "@/features/admin-invites/invites-page";

export const metadata: Metadata = { title: "Invites · Admin" };

export default function Page() {
  return <InvitesPage />;
}
