import type { Metadata } from "next";
import { NotificationsPage } from "@/features/notifications/notifications-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.notifications };

export default function Page() {
  return <NotificationsPage />;
}
