import type { Metadata } from "next";
import { SessionsPage } from "@/features/account/sessions-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.sessions };

export default function Page() {
  return <SessionsPage />;
}
