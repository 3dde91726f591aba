import type { Metadata } from "next";
import { SignUpPage } from "@/features/auth/sign-up-page";
import { m } from "@messages/app";

export const metadata: Metadata = { title: m.signUp };

export default function Page() {
  return <SignUpPage />;
}
