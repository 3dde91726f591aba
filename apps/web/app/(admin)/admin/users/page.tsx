import type { Metadata } from "next";
import { UsersPage } from "@/features/admin-users/users-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.usersAdmin };

export default function Page() {
  return <UsersPage />;
}
