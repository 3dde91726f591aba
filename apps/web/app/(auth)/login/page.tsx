import type { Metadata } from "next";
import { LoginPage } from "@/features/auth/login-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.signIn };

export default function Page() {
  return <LoginPage />;
}
