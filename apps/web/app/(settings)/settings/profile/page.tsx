import type { Metadata } from "next";
import { ProfilePage } from "@/features/account/profile-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.profile };

export default function Page() {
  return <ProfilePage />;
}
