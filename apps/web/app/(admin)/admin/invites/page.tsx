import type { Metadata } from "next";
import { InvitesPage } from "@/features/admin-invites/invites-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.invitesAdmin };

export default function Page() {
  return <InvitesPage />;
}
